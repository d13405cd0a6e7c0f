import { encode } from 'next-auth/jwt'
import { describe, expect, it } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { env } from '#lib/env/env.ts'
import type { RequestLike } from '#lib/identity/types.ts'
import { identity, identityCookie } from '#lib/site/identity.ts'
import { hashEmail, hashPhone } from '#lib/uid2/index.ts'
import { grant } from '#tests/support/core.ts'
import { identityCookie as nameInTests } from '../../support/publication.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const NEXTAUTH_SECRET = 'the-secret-of-this-site'.padEnd(32, '.')
const configure = (variables: Record<string, string> = {}) => becomeSite({ NEXTAUTH_SECRET, ...variables })
const email = 'reader@example.com'
const subject = { sub: 'oidc:a', sid: 'sid', diiHash: await hashEmail(email) }

/** A request of a signed-in reader. */
async function request(headers: Record<string, string> = {}, otherDii: object[] = []): Promise<RequestLike> {
  const token = { sub: 'oidc:a', sid: 'sid', dii: { kind: 'email', value: email }, otherDii }
  const session = await encode({ token, secret: NEXTAUTH_SECRET })
  return {
    cookies: jarOf({ 'lantern-session': session }),
    headers: { get: (name) => headers[name] ?? null },
  }
}

describe('the identity cookie of the site (S2)', () => {
  it.each([
    [{}, nameInTests, false],
    [{ UID2_PRODUCT: 'euid' }, 'euid', false],
    [{ NEXTAUTH_URL: 'https://localhost:3000' }, '__Host-uid2', true],
    [{ NEXTAUTH_URL: 'https://localhost:3000', UID2_PRODUCT: 'euid' }, '__Host-euid', true],
  ])('with %j has the name %s', (variables, name, secure) => {
    configure(variables)
    expect(identityCookie(env())).toMatchObject({ name, secure })
    expect(identity().cookie.name).toBe(name)
  })

  it('is sealed with the first password, and opened with all of them (N15)', () => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)]
    configure({ SESSION_PASSWORD: first, SESSION_PASSWORD_PREVIOUS: second })
    expect(identityCookie(env()).passwords).toEqual([first, second])
  })
})

describe('the identity of the site', () => {
  it('is made once for one configuration', () => {
    configure()
    const first = identity()
    expect(identity()).toBe(first)
    configure()
    expect(identity()).not.toBe(first)
  })

  it('gets the reader from the session cookie, with all DII of the sign-in', async () => {
    configure()
    const phone = { kind: 'phone', value: '+12345678901' }
    expect(await identity().readReader(await request({}, [phone]))).toMatchObject({
      reader: { sub: 'oidc:a', sid: 'sid' },
      subject: { ...subject, otherDiiHashes: [await hashPhone(phone.value)] },
    })
    const stranger = { cookies: jarOf({}), headers: { get: () => null } }
    expect((await identity().readReader(stranger)).reader).toBeNull()
  })

  it('gets the reader’s choice from the site’s consent store', async () => {
    configure()
    await consentStore.recordChoice(subject, grant)
    expect((await identity().readReader(await request())).consent).toMatchObject({ choice: 'granted' })
    await consentStore.endSession('sid', Date.now() + 60_000)
    expect((await identity().readReader(await request())).reader).toBeNull()
  })

  it('checks Global Privacy Control first, unless that is off', async () => {
    const status = async () => (await identity().read(await request({ 'sec-gpc': '1' }))).status
    configure()
    expect(await status()).toBe('gpc')
    configure({ GPC_SCOPE: 'off' })
    expect(await status()).toBe('no_choice')
  })

  it('checks the region only where a header names it', async () => {
    const read = async () => identity().read(await request({ 'x-country': 'DE' }))
    configure()
    expect(await read()).toMatchObject({ status: 'no_choice' })
    configure({ REGION_HEADER: 'x-country' })
    expect(await read()).toMatchObject({ status: 'unsupported', reason: 'region' })
  })

  it('checks consent signals for its own product', async () => {
    const read = async (gdprApplies: boolean) => {
      await consentStore.recordChoice(subject, { ...grant, signals: { gdprApplies } })
      return identity().read(await request())
    }
    configure()
    expect(await read(true)).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect(await read(false)).toMatchObject({ status: 'refreshing' })
    configure({ UID2_PRODUCT: 'euid' })
    expect(await read(true)).toMatchObject({ status: 'unsupported', reason: 'consent' })
  })
})
