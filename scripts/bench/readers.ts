import { randomBytes, randomUUID } from 'node:crypto'
import { sealData } from 'iron-session'
import { encode } from 'next-auth/jwt'
import { diiKey, pepperFingerprint } from '../../lib/consent/keys.ts'
import type { Database } from '../../lib/database/connection.ts'
import { hashEmail, type Identity } from '../../lib/uid2/index.ts'
import { instanceEnv } from '../../tests/support/instances.ts'

/** Secrets of a site whose readers are made here, without a sign-in and without the operator. */
export const secrets = instanceEnv

const day = 86_400_000
const random = (bytes: number) => randomBytes(bytes).toString('base64')

/** An identity of the real sizes, that is fresh for days. No operator knows it. */
const freshIdentity = (): Identity => ({
  advertising_token: random(163).slice(0, 218),
  refresh_token: random(291),
  refresh_response_key: random(32),
  refresh_from: Date.now() + 2 * day,
  identity_expires: Date.now() + 3 * day,
  refresh_expires: Date.now() + 30 * day,
})

/**
 * Writes a consent for each of so many new readers, in one statement, and returns their `Cookie` headers: the session
 * as the sign-in makes it, and the identity as the site seals it.
 */
export async function makeReaders(
  { db }: Pick<Database, 'db'>,
  numbers: readonly number[],
  identityOf: (number: number) => Identity | Promise<Identity> = freshIdentity,
): Promise<string[]> {
  const events = await Promise.all(
    numbers.map(async (number) => ({
      sub: `demo:${number}`,
      dii_key: diiKey(secrets.CHOICES_PEPPER, await hashEmail(emailOf(number))),
      pepper: pepperFingerprint(secrets.CHOICES_PEPPER),
      advertising: 'granted' as const,
      version: 'bench',
      wording: '',
      source: 'page' as const,
      product: 'uid2' as const,
      signals: null,
      at: Date.now(),
    })),
  )
  const rows = await db.insertInto('choice_events').values(events).returning(['id', 'sub']).execute()
  const ids = new Map(rows.map(({ sub, id }) => [sub, id]))
  return Promise.all(
    numbers.map(async (number) => {
      const [sub, sid] = [`demo:${number}`, randomUUID()]
      const dii = { kind: 'email', value: emailOf(number) }
      const consentId = ids.get(sub)
      const content = { sub, sid, consentId, product: 'uid2', identity: await identityOf(number) }
      const [session, sealed] = await Promise.all([
        encode({ token: { sub, sid, dii, otherDii: [] }, secret: secrets.NEXTAUTH_SECRET }),
        sealData(content, { password: secrets.SESSION_PASSWORD, ttl: (30 * day) / 1000 }),
      ])
      return `lantern-session=${session}; uid2=${encodeURIComponent(sealed)}`
    }),
  )
}

const emailOf = (number: number): string => `reader-${number}@example.com`
