import { begun, events, type Op, type Progress, type World } from './world.ts'

interface State {
  world: World
  progress: Progress[]
}

/** What opt-outs may have been heard meanwhile by refreshes that nobody waits for. */
function* heardMeanwhile(world: World): Generator<World> {
  yield world
  for (const [dii, hearing] of world.hearing.entries())
    if (hearing && !world.optedOut[dii])
      yield { ...structuredClone(world), optedOut: world.optedOut.map((out, i) => out || i === dii) }
}

/** What can follow from requests at the same time: every order of their parts is possible. */
function outcomes(world: World, ops: readonly Op[]): State[] {
  const first = ops.map(() => begun)
  const queue: State[] = [{ world, progress: first }]
  const seen = new Set<string>()
  const ends: State[] = []
  for (let state = queue.pop(); state; state = queue.pop()) {
    const { progress } = state
    const key = JSON.stringify(state)
    if (seen.has(key)) continue
    seen.add(key)
    if (progress.every((each) => each.answer !== null)) ends.push(state)
    for (const [index, op] of ops.entries()) {
      const mine = progress[index] as Progress
      const event = mine.answer === null ? events[op.kind][mine.at] : undefined
      if (!event) continue
      for (const before of heardMeanwhile(state.world))
        for (const [world, change] of event(before, op, mine, ops.length === 1))
          queue.push({ world, progress: progress.with(index, { ...mine, at: mine.at + 1, ...change }) })
    }
  }
  return ends
}

/** The worlds that remain possible after these answers, and what else could have been answered. */
export function after(
  worlds: readonly World[],
  ops: readonly Op[],
  answers: readonly string[],
): { worlds: World[]; allowed: string[] } {
  const remaining = new Map<string, World>()
  const allowed = new Set<string>()
  for (const world of worlds)
    for (const end of outcomes(world, ops)) {
      const said = end.progress.map((each) => each.answer)
      allowed.add(said.join(' + '))
      if (said.every((text, index) => text === answers[index]))
        remaining.set(JSON.stringify(end.world), end.world)
    }
  return { worlds: [...remaining.values()], allowed: [...allowed].sort() }
}
