import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import { instanceEnv } from './instances.ts'
import { dueAtOnce, type TestOperator } from './operator.ts'
import { randomFrom } from './random.ts'
import { type Visitor, visitor } from './reader.ts'
import { type Site, startSite } from './site.ts'

/** What a reader does while the site is killed, and the status that must hold once that was acknowledged. */
interface Revocation {
  act(reader: Visitor): Promise<boolean>
  status: 'opted_out' | 'denied' | 'signed_out'
}

const revocations = {
  'optout on generate': {
    act: async (reader) => (await reader.choose('granted')).status === 'opted_out',
    status: 'opted_out',
  },
  'optout on refresh': {
    act: async (reader) => (await reader.ensure()).status === 'opted_out',
    status: 'opted_out',
  },
  denial: { act: async (reader) => (await reader.choose('denied')).status === 'denied', status: 'denied' },
  'sign-out': { act: async (reader) => (await reader.signOut()).status === 204, status: 'signed_out' },
} satisfies Record<string, Revocation>

type Kind = keyof typeof revocations
const kinds = Object.keys(revocations) as Kind[]

interface Participant {
  kind: Kind
  email: string
  /** The earlier cookies, which another browser may have copied. */
  before: Map<string, string>
  acknowledged: boolean
}

const perRound = 12

/**
 * Kills the site repeatedly while readers opt out, deny and sign out. What was acknowledged before a kill
 * holds after it, without another generate call.
 */
export async function killLoop(options: {
  rounds: number
  seed: number
  operator: TestOperator
  databaseUrl?: string
}): Promise<void> {
  const { rounds, seed, operator, databaseUrl } = options
  const random = randomFrom(seed)
  const env = { ...instanceEnv, ...operator.env, ...(databaseUrl && { DATABASE_URL: databaseUrl }) }
  const acknowledged: Record<string, number> = {}
  let cut = 0
  let site = await startSite({ env })
  try {
    for (let round = 0; round < rounds; round++) {
      const readers = await signInAll(site, operator, `${seed}-${round}`)
      await operator.set({
        lifetimes: dueAtOnce,
        faults: [
          { on: 'generate', kind: 'optout' },
          { on: 'refresh', kind: 'optout' },
        ],
      })
      const when = [
        // On a busy machine, slow kinds might never be acknowledged before a random moment.
        { answers: perRound, turns: 0 },
        { answers: random(perRound / 2), turns: 0 },
      ][round]
      await actAndKill(site, readers, when ?? { answers: random(perRound + 1), turns: random(300) })
      site = await startSite({ env, dataDir: site.dataDir, port: site.port })
      await operator.set({})
      const revoked = readers.filter((reader) => reader.acknowledged)
      await Promise.all(revoked.map((reader) => expectRevoked(site, reader, `seed ${seed}, round ${round}`)))
      expect((await operator.calls()).generate, `generates, seed ${seed}, round ${round}`).toBe(0)
      for (const { kind } of revoked) acknowledged[kind] = (acknowledged[kind] ?? 0) + 1
      cut += readers.length - revoked.length
    }
  } finally {
    await site.stop()
  }
  // Otherwise the test has shown nothing: each kind was acknowledged, and some requests were cut off.
  expect(Object.keys(acknowledged).sort(), `seed ${seed}`).toEqual([...kinds].sort())
  expect(cut, `seed ${seed}`).toBeGreaterThan(0)
}

/** Signs all readers in. Those that will refresh have a due token. */
async function signInAll(site: Site, operator: TestOperator, name: string): Promise<Participant[]> {
  await operator.set({ lifetimes: dueAtOnce })
  const invited = Array.from({ length: perRound }, async (_, i): Promise<Participant> => {
    const kind = kinds[i % kinds.length] as Kind
    const email = `killed-${name}-${i}@example.com`
    const reader = visitor(site)
    await reader.signIn({ email })
    if (kind !== 'optout on generate')
      expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    return { kind, email, before: reader.jar, acknowledged: false }
  })
  return Promise.all(invited)
}

/** All act at once. The site is killed after a number of responses and event loop turns. */
async function actAndKill(site: Site, readers: Participant[], when: { answers: number; turns: number }) {
  let answers = 0
  let killed: Promise<void> | undefined
  const kill = async () => {
    for (let turns = 0; turns < when.turns; turns++) await turn()
    await site.stop('SIGKILL')
  }
  const answered = () => {
    if (answers++ === when.answers) killed = kill()
  }
  answered()
  const acting = readers.map(async (reader) => {
    const browser = visitor(site, new Map(reader.before))
    // A request that was cut off acknowledged nothing.
    reader.acknowledged = await revocations[reader.kind].act(browser).catch(() => false)
    answered()
  })
  await Promise.all(acting)
  await killed
}

async function expectRevoked(site: Site, { kind, email, before }: Participant, where: string): Promise<void> {
  const { status } = revocations[kind]
  const seen = async (reader: Visitor) => [(await reader.identity()).status, (await reader.ensure()).status]
  expect(await seen(visitor(site, new Map(before))), `${kind} of ${email}, ${where}`).toEqual([
    status,
    status,
  ])
  if (status === 'signed_out') return
  const anew = visitor(site)
  await anew.signIn({ email })
  expect(await seen(anew), `${kind} of ${email} after another sign-in, ${where}`).toEqual([status, status])
  if (status === 'opted_out')
    expect(await anew.choose('granted'), `${email}, ${where}`).toMatchObject({ status })
}
