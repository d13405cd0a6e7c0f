import { begun, events, type Op, type Progress, type World } from './world.ts'

interface State {
  world: World
  progress: Progress[]
}

/** The worlds in which pending opt-outs are recorded by now, or not yet. */
function* withPendingOptOuts(world: World): Generator<World> {
  yield world
  for (const [dii, pending] of world.optOutPending.entries())
    if (pending && !world.optedOut[dii])
      yield { ...structuredClone(world), optedOut: world.optedOut.map((out, i) => out || i === dii) }
}

/** What can follow from parallel requests: their parts run in any order. */
function outcomes(world: World, ops: readonly Op[]): State[] {
  const first = ops.map(() => begun)
  const queue: State[] = [{ world, progress: first }]
  const seen = new Set<string>()
  const finished: State[] = []
  for (let state = queue.pop(); state; state = queue.pop()) {
    const { progress } = state
    const key = JSON.stringify(state)
    if (seen.has(key)) continue
    seen.add(key)
    if (progress.every((each) => each.answer !== null)) finished.push(state)
    for (const [index, op] of ops.entries()) {
      const mine = progress[index] as Progress
      const event = mine.answer === null ? events[op.kind][mine.at] : undefined
      if (!event) continue
      for (const before of withPendingOptOuts(state.world))
        for (const [world, change] of event(before, op, mine, ops.length === 1))
          queue.push({ world, progress: progress.with(index, { ...mine, at: mine.at + 1, ...change }) })
    }
  }
  return finished
}

/** The worlds that remain possible after these answers, and all answers that were possible. */
export function after(
  worlds: readonly World[],
  ops: readonly Op[],
  answers: readonly string[],
): { worlds: World[]; allowed: string[] } {
  const remaining = new Map<string, World>()
  const allowed = new Set<string>()
  for (const world of worlds)
    for (const { world: next, progress } of outcomes(world, ops)) {
      const texts = progress.map((each) => each.answer)
      allowed.add(texts.join(' + '))
      if (texts.every((text, index) => text === answers[index])) remaining.set(JSON.stringify(next), next)
    }
  return { worlds: [...remaining.values()], allowed: [...allowed].sort() }
}
