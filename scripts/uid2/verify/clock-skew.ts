import { Uid2Error } from '#lib/uid2/index.ts'
import type { Context } from '../../command-line/command.ts'
import { type Credentials, createClient } from '../credentials.ts'
import { testPerson } from './test-person.ts'

const minute = 60_000
const hour = 60 * minute

/** Operators accept times of about two minutes in both directions, so steps of three leave no gap. */
const nearby = Array.from({ length: 10 }, (_, i) => (i + 1) * 3 * minute)
/** For a clock set to another time zone. */
const zones = Array.from({ length: 14 }, (_, i) => (i + 1) * hour)
/** Offsets for our clock, the nearest first. */
const shifts = [...nearby, ...zones].flatMap((shift) => [shift, -shift])

/**
 * How far the operator's clock is ahead of ours, in ms, when it rejects our requests because of that. An
 * error reply has no time, and operators send no `Date`. So this asks with shifted times until one is
 * accepted: the response then contains the operator's time. `undefined`: off by more than half an hour and by
 * no whole hours.
 */
export async function findClockSkew(
  credentials: Credentials,
  { now }: Pick<Context, 'now'>,
): Promise<number | undefined> {
  for (const shift of shifts) {
    let rest: number | undefined
    const client = await createClient(
      credentials,
      { now: () => now() + shift },
      {
        onClockSkew: (ms) => {
          rest = ms
        },
      },
    )
    try {
      await client.generateToken(testPerson)
    } catch (error) {
      if (!(error instanceof Uid2Error)) throw error
      if (error.code !== 'clock_skew') return undefined
    }
    if (rest !== undefined) return shift + rest
  }
  return undefined
}
