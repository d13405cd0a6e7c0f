import { describe, expect, it } from 'vitest'
import { createOwnTableStore, type OwnTable } from '#lib/consent/own-table.ts'
import { noConsent } from '#lib/identity/context.ts'
import { globalPrivacyControl } from '#lib/policies/gpc.ts'
import { consent, siteInMemory } from '../../support/core.ts'
import { otherDii, reader, sameDii } from './stores.ts'

/** A publisher's table of opt-outs, and consents by account in another system. */
function ownTable() {
  const optOuts = new Set<string>()
  const consents = new Map<string, { id: number } | 'denied'>()
  const table: OwnTable = {
    isOptedOut: async (diiHash) => optOuts.has(diiHash),
    recordOptOut: async (diiHash) => void optOuts.add(diiHash),
    consentOf: async ({ sub }) => consents.get(sub) ?? null,
  }
  return { table, optOuts, consents, store: createOwnTableStore(table) }
}

describe('a store on a publisher’s own table', () => {
  it('has no consent of an unknown reader', async () => {
    const { store } = ownTable()
    expect(await store.read(reader)).toEqual(noConsent)
    expect(await store.isSessionEnded(reader.sid)).toBe(false)
  })

  it('reads consent and denial from the other system, for that account only', async () => {
    const { store, consents } = ownTable()
    consents.set(reader.sub, { id: 7 })
    expect(await store.read(reader)).toEqual({ ...noConsent, choice: 'granted', consentId: 7 })
    expect((await store.read(sameDii)).choice).toBeNull()
    consents.set(reader.sub, 'denied')
    expect(await store.read(reader)).toEqual({ ...noConsent, siteOptOut: true, choice: 'denied' })
  })

  it('accepts what drivers return: 1 for true, no row, a large number as text', async () => {
    const answers = { optedOut: 1, consent: undefined } as { optedOut: unknown; consent: unknown }
    const store = createOwnTableStore({
      isOptedOut: async () => answers.optedOut as boolean,
      recordOptOut: async () => {},
      consentOf: async () => answers.consent as null,
    })
    expect(await store.read(reader)).toMatchObject({ optedOut: true, choice: null, consentId: null })
    answers.consent = { id: '17' }
    expect(await store.read(reader)).toMatchObject({ choice: 'granted', consentId: 17 })
  })

  it('keeps the opt-out of an address despite any consent (U3)', async () => {
    const { store, consents } = ownTable()
    await store.recordOptOut(reader.diiHash, 'uid2')
    consents.set(reader.sub, { id: 1 })
    expect(await store.read(reader)).toMatchObject({ optedOut: true, choice: 'granted' })
    expect((await store.read(sameDii)).optedOut).toBe(true)
    expect((await store.read(otherDii)).optedOut).toBe(false)
    expect((await store.read({ ...otherDii, otherDiiHashes: [reader.diiHash] })).optedOut).toBe(true)
  })
})

async function site(options: Parameters<typeof siteInMemory>[0] = {}) {
  const own = ownTable()
  return { ...own, ...(await siteInMemory({ ...options, consent: own.store })), store: own.store }
}

describe('a site with that store', () => {
  it('generates after a consent in the other system, and ends the token after a denial there', async () => {
    const { post, get, consents, reader } = await site()
    expect((await post()).identity.status).toBe('no_choice')
    consents.set(reader.sub, { id: 1 })
    expect((await post()).identity.status).toBe('available')
    consents.set(reader.sub, { id: 2 })
    expect((await get()).identity.status).toBe('refreshing')
    expect((await post()).identity.status).toBe('available')
    consents.set(reader.sub, 'denied')
    expect(await post()).toMatchObject({ identity: { status: 'denied' }, cookie: 'clear' })
  })

  it('makes no further call for a reader whom the operator reports as opted out', async () => {
    const { post, consents, reader, subject, optOuts, operator } = await site()
    consents.set(reader.sub, { id: 1 })
    operator.answer = async () => ({ status: 'optout' })
    expect((await post()).identity.status).toBe('opted_out')
    expect([...optOuts]).toEqual([subject.diiHash])
    await post()
    expect(operator.calls).toHaveLength(1)
  })

  it('gives no token while the table cannot be read', async () => {
    const { post, consents, reader, table, operator } = await site()
    consents.set(reader.sub, { id: 1 })
    table.isOptedOut = () => Promise.reject(new Error('down'))
    expect((await post()).identity).toMatchObject({ status: 'unavailable', reason: 'store' })
    expect(operator.calls).toEqual([])
  })

  it('accepts no choice itself, but honours Global Privacy Control', async () => {
    const { identity, post, keep, consents, reader, jar, request } = await site({
      policies: [globalPrivacyControl({ scope: 'account' })],
    })
    expect(await identity.grant(request(), consent)).toEqual({ status: 'rejected' })
    consents.set(reader.sub, { id: 1 })
    await post()
    expect(jar.has(identity.cookie.name)).toBe(true)
    const update = await keep(await identity.update(request({ 'sec-gpc': '1' }), 'post'))
    expect(update.identity.status).toBe('gpc')
    expect(jar.has(identity.cookie.name)).toBe(false)
  })
})
