import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withChoices } from '#lib/consent/durable.ts'
import { choices } from '#lib/consent/open.ts'
import { knownReader } from '#lib/identity/reader.ts'
import { hashEmail, hashPhone } from '#lib/uid2/index.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const email = { kind: 'email', value: 'Jane@Example.com' }
const phone = { kind: 'phone', value: '+12345678901' }

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

async function known(dii: object | string, otherDii: object[] = []) {
  const token = { sub: 'oidc:a', sid: 'sid', dii, otherDii }
  return knownReader(jarOf({ 'lantern-session': await encode({ token, secret }) }))
}
const optOut = (hash: string) => withChoices((store) => store.recordOptOut(hash, 'uid2'))
const isOptedOut = async (...session: Parameters<typeof known>) =>
  (await known(...session))?.standing as { optedOut: boolean }

describe.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ DATABASE_URL: await postgres.database(), CHOICES_PEPPER: 'p'.repeat(32) })],
])('a reader with two DII, on %s', (_, variables) => {
  beforeEach(async () => {
    becomeSite({ NEXTAUTH_SECRET: secret, ...(await variables()) })
    // The site does so at start: opening takes longer than a page may wait.
    await choices()
  })

  it('is known by the chosen one', async () => {
    const both = await known(email, [phone])
    expect(both?.subject).toEqual({
      sub: 'oidc:a',
      sid: 'sid',
      diiHash: await hashEmail('jane@example.com'),
      otherDiiHashes: [await hashPhone(phone.value)],
    })
  })

  it('is stopped by an opt-out of either, and by no other', async () => {
    await optOut(await hashEmail('joe@example.com'))
    expect(await isOptedOut(email, [phone])).toMatchObject({ optedOut: false })
    await optOut(await hashPhone(phone.value))
    expect(await isOptedOut(email, [phone])).toMatchObject({ optedOut: true })
    expect(await isOptedOut(phone, [email])).toMatchObject({ optedOut: true })
    expect(await isOptedOut(email)).toMatchObject({ optedOut: false })
    await optOut(await hashEmail(email.value))
    expect(await isOptedOut(email)).toMatchObject({ optedOut: true })
  })

  it('is not kept from the chosen one by another that cannot be used', async () => {
    const both = await known(email, [{ kind: 'phone', value: '0123' }])
    expect(both).toMatchObject({ unsupported: null, subject: { otherDiiHashes: [] } })
  })

  it.each(['no_dii', 'unverified', 'relay_address', 'bad_phone'])(
    'without any it has the reason: %s',
    async (reason) => {
      expect(await known(reason)).toMatchObject({ subject: null, unsupported: reason })
    },
  )
})
