import fc from 'fast-check'
import { expect } from 'vitest'
import type { AttributingOperator } from '../attributing-operator.ts'
import type { Instances } from '../instances.ts'
import { dueAtOnce } from '../operator.ts'
import { livePage } from '../publication.ts'
import { type Visitor, visitor } from '../reader.ts'
import { after } from './possible.ts'
import { diiOf, firstWorld, isEntitled, type Kind, type Op, type World } from './world.ts'

/** Parallel requests, or an event between requests. */
type Step =
  | { requests: Op[] }
  | { operatorOptsOut: number; is: boolean }
  | { tokensDue: boolean }
  | { copyCookiesOf: number }
  | { restart: 0 | 1; kill: boolean }

const copier = 4
const kinds: Kind[] = ['sign in', 'consent', 'deny', 'read', 'page', 'ensure', 'recheck', 'gpc', 'sign out']
const often: Kind[] = ['sign in', 'consent', 'consent', 'ensure', 'ensure', 'deny', 'recheck']

/** Plain objects, which are readable in a counterexample. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true })

/** Restarts take a second each: `restarts.in` steps contain about one. */
function steps(restarts: { in: number }): fc.Arbitrary<Step[]> {
  const kind = fc.constantFrom<Kind>(...kinds, ...often)
  const op = record({ kind, who: fc.nat(copier), site: fc.constantFrom(0, 1) })
  const together = fc.uniqueArray(op, { minLength: 2, maxLength: 3, selector: ({ who }) => who })
  const share = (of: number) => Math.ceil(restarts.in / of)
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary })
  const step = fc.oneof(
    { withCrossShrink: true },
    weighted(
      share(2),
      op.map((one) => ({ requests: [one] })),
    ),
    weighted(
      share(4),
      together.map((requests) => ({ requests })),
    ),
    weighted(share(8), record({ operatorOptsOut: fc.nat(1), is: fc.boolean() })),
    weighted(share(32), record({ tokensDue: fc.boolean() })),
    weighted(share(16), record({ copyCookiesOf: fc.nat(copier - 1) })),
    weighted(1, record({ restart: fc.constantFrom(0, 1), kill: fc.boolean() })),
  )
  return fc.array(step, { minLength: 1, maxLength: 40, size: 'max' })
}

/**
 * Random requests to two production sites on one PostgreSQL. A failure is reduced to few steps and reported with its
 * seed, which `fc.assert` takes to repeat it. Parallel requests may then meet in another order. No run is started
 * later than `longestMs`.
 */
export async function playAtRandom(
  instances: Instances,
  operator: AttributingOperator,
  options: { runs: number; stepsPerRestart: number; longestMs: number },
): Promise<void> {
  const list = steps({ in: options.stepsPerRestart })
  const property = fc.asyncProperty(list, (each) => play(each, instances, operator))
  await fc.assert(property, { numRuns: options.runs, interruptAfterTimeLimit: options.longestMs })
}

let plays = 0

/** Plays the steps on the two instances, with new readers. */
async function play(
  steps: readonly Step[],
  instances: Instances,
  operator: AttributingOperator,
): Promise<void> {
  const name = `${process.pid.toString(36)}${(plays++).toString(36)}`
  // Two spellings of one Gmail address: two accounts here, and one DII.
  const emails = [`a.b${name}@gmail.com`, `ab${name}@gmail.com`, `c${name}@example.com`]
  const emailOf = (dii: number) => emails[diiOf.indexOf(dii as 0 | 1)] ?? ''
  const jars = firstWorld().browsers.map(() => new Map<string, string>())
  let worlds = [firstWorld()]
  const posts = emails.map(() => 0)
  /** By DII that was answered as opted out: the number of generates until then. */
  const optedOut = new Map<number, number>()
  await operator.set({})

  const everywhere = (change: (world: World) => void) => {
    for (const world of worlds) change(world)
  }

  async function request(ops: readonly Op[], where: string) {
    const before = [0, 1].map((dii) => operator.generates(emailOf(dii)))
    const accounts = ops.map(({ who }) => (worlds[0] as World).browsers[who]?.account ?? 0)
    const mayGenerate = [0, 1].map((dii) =>
      ops.some(
        (op, i) =>
          diiOf[accounts[i] ?? 0] === dii &&
          (op.kind === 'consent' || worlds.some((it) => isEntitled(it, op.who))),
      ),
    )
    const answers = await Promise.all(
      ops.map(({ kind, who, site }, i) => {
        const jar = jars[who] as Map<string, string>
        return send[kind](visitor(instances.sites[site], jar), emails[accounts[i] ?? 0] ?? '')
      }),
    )
    const possible = after(worlds, ops, answers)
    if (possible.worlds.length === 0)
      expect.fail(
        `${where} answered ${answers.join(' + ')}, and not one of ${JSON.stringify(possible.allowed)}`,
      )
    worlds = possible.worlds
    for (const dii of [0, 1]) {
      const generates = operator.generates(emailOf(dii))
      const limit = optedOut.get(dii) ?? (mayGenerate[dii] ? undefined : before[dii])
      if (limit !== undefined) expect(generates, `generates after ${where}`).toBe(limit)
      if (answers.some((text, i) => text === 'opted_out' && diiOf[accounts[i] ?? 0] === dii))
        optedOut.set(dii, generates)
    }
  }

  const first = [0, 1, 2, 3].map((who): Op => ({ kind: 'sign in', who, site: 0 }))
  for (const op of first) await request([op], 'the first sign-in')
  for (const [index, step] of steps.entries()) {
    const where = `step ${index}, ${JSON.stringify(step)},`
    if ('requests' in step) {
      const due = step.requests.filter(({ kind, who }) => {
        const account = (worlds[0] as World).browsers[who]?.account ?? 0
        // Stays below the rate limit.
        if (/consent|deny|ensure|recheck/.test(kind)) posts[account] = (posts[account] ?? 0) + 1
        return (posts[account] ?? 0) < 28
      })
      if (due.length > 0) await request(due, where)
    } else if ('operatorOptsOut' in step) {
      operator.optOut(emailOf(step.operatorOptsOut), step.is)
      everywhere((world) => {
        world.operatorOptedOut[step.operatorOptsOut] = step.is
      })
    } else if ('tokensDue' in step) {
      await operator.set(step.tokensDue ? { lifetimes: dueAtOnce } : {})
      everywhere((world) => {
        world.due ||= step.tokensDue
      })
    } else if ('copyCookiesOf' in step) {
      jars[copier] = new Map(jars[step.copyCookiesOf])
      everywhere((world) => {
        const from = world.browsers[step.copyCookiesOf] as World['browsers'][number]
        if (from.token) from.token.shared = true
        world.browsers[copier] = structuredClone(from)
      })
    } else await instances.restart(step.restart, { signal: step.kill ? 'SIGKILL' : 'SIGTERM' })
  }
}

type Send = (reader: Visitor, email: string) => Promise<string>

/** A token comes with `available`, and with no other status. */
function statusIn(text: string, status: string | undefined): string {
  if (text.includes('advertisingToken') !== (status === 'available'))
    expect.fail(`${status} ${status === 'available' ? 'without' : 'with'} a token: ${text}`)
  return status ?? text
}

async function json(answer: Response | Promise<Response>): Promise<string> {
  const text = await (await answer).text()
  const { status, error } = JSON.parse(text) as { status?: string; error?: string }
  return statusIn(text, status ?? error)
}

const send: Record<Kind, Send> = {
  async 'sign in'(reader, email) {
    const answer = await reader.signIn({ email })
    return answer.status === 200 ? 'signed in' : `${answer.status}`
  },
  consent: (reader) => json(reader.post('/api/choice', { advertising: 'granted' })),
  deny: (reader) => json(reader.post('/api/choice', { advertising: 'denied' })),
  read: (reader) => json(reader.fetch('/api/identity')),
  async page(reader) {
    const html = await (await reader.fetch(livePage)).text()
    return statusIn(html, /data-uid2-status="(\w+)"/.exec(html)?.[1])
  },
  ensure: (reader) => json(reader.post('/api/identity')),
  recheck: (reader) => json(reader.post('/api/identity', { recheck: true })),
  gpc: (reader) => json(reader.fetch('/api/identity', { headers: { 'sec-gpc': '1' } })),
  async 'sign out'(reader) {
    const answer = await reader.signOut()
    return answer.status === 204 ? 'signed out' : `${answer.status}`
  },
}
