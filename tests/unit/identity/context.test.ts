import { describe, expect, it } from 'vitest'
import { noConsent } from '#lib/identity/context.ts'
import { hashEmail, hashPhone } from '#lib/uid2/index.ts'
import { denial, down, grant, siteInMemory, siteWithToken } from '../../support/core.ts'

const email = { kind: 'email', value: 'Jane@Example.com' } as const
const phone = { kind: 'phone', value: '+12345678901' } as const
type Site = Awaited<ReturnType<typeof siteInMemory>>
const read = ({ identity, request }: Site) => identity.readReader(request())

describe('a reader with two DII', () => {
  async function withBoth() {
    const site = await siteInMemory()
    site.reader.dii = email
    site.reader.otherDii = [phone]
    return site
  }

  it('has the hashes that the operator would get, the chosen one first', async () => {
    expect((await read(await withBoth())).subject).toEqual({
      sub: 'test:a',
      sid: 'sid-a',
      diiHash: await hashEmail('jane@example.com'),
      otherDiiHashes: [await hashPhone(phone.value)],
    })
  })

  it('has no token after an opt-out of either DII, and only then', async () => {
    const site = await withBoth()
    await site.store.recordOptOut(await hashEmail('joe@example.com'), 'uid2')
    expect((await read(site)).consent).toMatchObject({ optedOut: false })
    await site.store.recordOptOut(await hashPhone(phone.value), 'uid2')
    expect((await read(site)).consent).toMatchObject({ optedOut: true })
    Object.assign(site.reader, { dii: phone, otherDii: [email] })
    expect((await read(site)).consent).toMatchObject({ optedOut: true })
    Object.assign(site.reader, { dii: email, otherDii: [] })
    expect((await read(site)).consent).toMatchObject({ optedOut: false })
  })

  it('can use the chosen one though another is invalid', async () => {
    const site = await withBoth()
    site.reader.otherDii = [{ kind: 'phone', value: '0123' }, phone]
    expect(await read(site)).toMatchObject({
      unsupported: null,
      subject: { otherDiiHashes: [await hashPhone(phone.value)] },
    })
  })

  it('generates with the chosen one only', async () => {
    for (const [dii, input] of [
      [email, { email: email.value }],
      [phone, { phone: phone.value }],
    ] as const) {
      const site = await withBoth()
      Object.assign(site.reader, { dii, otherDii: [dii === email ? phone : email] })
      let sent: unknown
      const { generateToken } = site.operator.client
      site.operator.client.generateToken = async (given, options) => {
        sent = given
        return generateToken(given, options)
      }
      await site.identity.grant(site.request(), grant)
      expect(sent).toEqual(input)
    }
  })
})

describe('a reader without usable DII', () => {
  it.each(['no_dii', 'unverified', 'relay_address', 'bad_phone'] as const)(
    'has the reason: %s',
    async (reason) => {
      const site = await siteInMemory()
      site.reader.dii = reason
      expect(await read(site)).toEqual({
        reader: site.reader,
        subject: null,
        unsupported: reason,
        consent: noConsent,
      })
    },
  )

  it.each([
    ['phone', '0123', 'bad_phone'],
    ['email', 'no address', 'no_dii'],
  ] as const)('that the SDK refuses (%s) has a reason, too', async (kind, value, unsupported) => {
    const site = await siteInMemory()
    site.reader.dii = { kind, value }
    expect(await read(site)).toMatchObject({ subject: null, unsupported })
  })

  it('is signed out once the session has ended', async () => {
    const site = await siteInMemory()
    site.reader.dii = 'no_dii'
    await site.store.endSession('sid-a', site.reader.sessionEnds)
    expect((await read(site)).reader).toBeNull()
  })

  it('stays signed in while the store cannot be read', async () => {
    const site = await siteInMemory()
    site.reader.dii = 'unverified'
    site.store.isSessionEnded = down
    expect(await read(site)).toMatchObject({ reader: site.reader, unsupported: 'unverified', consent: null })
  })
})

describe('the reader of a request', () => {
  const signedOut = { reader: null, subject: null, unsupported: null, consent: null }

  it('is null without a session, and the store is not read', async () => {
    const site = await siteInMemory()
    site.jar.delete('session')
    site.store.read = down
    expect(await read(site)).toEqual(signedOut)
  })

  it('is null in an ended session, whatever its choices were', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, denial)
    await site.store.endSession('sid-a', site.reader.sessionEnds)
    expect(await read(site)).toEqual(signedOut)
  })

  it('has the current consent of the store', async () => {
    const site = await siteInMemory()
    expect((await read(site)).consent).toEqual(noConsent)
    await site.store.recordChoice(site.subject, denial)
    expect((await read(site)).consent).toMatchObject({ choice: 'denied' })
  })
})

describe('an identity in the cookie', () => {
  it('of an earlier consent is invalid, and its cookie is deleted (K6)', async () => {
    const site = await siteWithToken()
    await site.store.recordChoice(site.subject, denial)
    await site.store.recordChoice(site.subject, grant)
    const update = await site.update(site.request(), 'proxy')
    expect(update).toMatchObject({ identity: { status: 'refreshing' }, cookie: 'clear' })
  })

  it('that was sealed with a previous password is sealed again by any surface that may store it (N15)', async () => {
    const [old, fresh] = ['o'.repeat(32), 'f'.repeat(32)] as const
    const site = await siteWithToken({ cookie: { name: 'rotated', secure: false, passwords: [old] } })
    const value = site.jar.get('rotated') ?? ''
    const passwords = [fresh, old] as const
    for (const surface of ['proxy', 'get', 'post'] as const) {
      const rotated = await siteInMemory({ cookie: { name: 'rotated', secure: false, passwords } })
      Object.assign(rotated.reader, site.reader)
      rotated.store.read = site.store.read
      rotated.jar.set('rotated', value)
      const { identity, cookie } = await rotated.update(rotated.request(), surface)
      expect(identity.status).toBe('available')
      expect(cookie).toHaveProperty('set')
      expect((await rotated.update(rotated.request(), surface)).cookie).toBe('keep')
      expect(rotated.operator.calls).toEqual([])
    }
  })
})
