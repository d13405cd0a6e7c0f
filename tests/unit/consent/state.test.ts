import { describe, expect, it } from 'vitest'
import { noConsent } from '#lib/identity/context.ts'
import type { Subject } from '#lib/identity/types.ts'
import { denial, grant } from '#tests/support/core.ts'
import { describeStores, otherDii, reader, sameDii } from './stores.ts'

const third = { ...reader, sub: 'oidc:c', sid: 'sid-c' }

describeStores('the consent state of a reader', (on) => {
  const choose = (subject: Subject, choice: typeof grant) => on.store.recordChoice(subject, choice)

  describe('after an opt-out from this site', () => {
    it('is denied for every account of the address, with or without a choice of its own (K6)', async () => {
      await choose(sameDii, grant)
      await choose(reader, denial)
      const denied = { ...noConsent, siteOptOut: true, choice: 'denied' }
      for (const account of [reader, sameDii, third]) expect(await on.store.read(account)).toEqual(denied)
      expect(await on.store.read(otherDii)).toEqual(noConsent)
    })

    it('is granted by a consent of any account, for that account only (K6)', async () => {
      await choose(sameDii, grant)
      await choose(reader, denial)
      await choose(third, grant)
      expect(await on.store.read(third)).toMatchObject({ siteOptOut: false, choice: 'granted' })
      // That consent is older than the denial: it must be asked again.
      expect(await on.store.read(sameDii)).toMatchObject({ siteOptOut: false, choice: null, consentId: null })
      const own = { siteOptOut: false, choice: 'denied', consentId: null }
      expect(await on.store.read(reader)).toMatchObject(own)
    })

    it('is granted when the same account consents again (K6)', async () => {
      await choose(reader, grant)
      await choose(sameDii, denial)
      await choose(reader, grant)
      expect(await on.store.read(reader)).toMatchObject({ choice: 'granted' })
      await choose(sameDii, denial)
      await choose(reader, grant)
      const { consentId } = await on.store.read(reader)
      expect(await on.store.read(sameDii)).toMatchObject({ siteOptOut: false })
      await choose(sameDii, denial)
      await choose(reader, grant)
      expect((await on.store.read(reader)).consentId).not.toBe(consentId)
    })
  })

  describe('has a consent id that', () => {
    const ids: number[] = []
    /** The current id, which must be new. */
    async function newId(subject: Subject = reader): Promise<number> {
      const { consentId } = await on.store.read(subject)
      expect(consentId).toEqual(expect.any(Number))
      expect(ids).not.toContain(consentId)
      ids.push(consentId as number)
      return consentId as number
    }
    const idOf = async (subject: Subject = reader) => (await on.store.read(subject)).consentId

    it('stays when consent is repeated, or given by another account or for another address', async () => {
      ids.length = 0
      await choose(reader, grant)
      const id = await newId()
      await choose(reader, grant)
      await choose(reader, { ...grant, version: '2' })
      await choose(sameDii, grant)
      await choose(otherDii, denial)
      await choose(otherDii, grant)
      await on.store.recordSignals(reader, { gdprApplies: false })
      expect(await idOf()).toBe(id)
      await newId(sameDii)
    })

    it('changes after a denial, also of another account, and after erasure (K6)', async () => {
      ids.length = 0
      await choose(reader, grant)
      await newId()
      await choose(reader, denial)
      expect(await idOf()).toBeNull()
      await choose(reader, grant)
      await newId()
      await choose(sameDii, denial)
      expect(await idOf()).toBeNull()
      await choose(sameDii, grant)
      expect(await idOf()).toBeNull()
      await newId(sameDii)
      await choose(reader, grant)
      await newId()
      await on.store.forget([reader.diiHash])
      expect(await idOf()).toBeNull()
      await choose(reader, grant)
      await newId()
      // Now nothing is kept of this address.
      await on.store.forget([reader.diiHash])
      await choose(reader, grant)
      await newId()
    })

    it('changes after a denial to a shared DII, though its history was erased (K6)', async () => {
      ids.length = 0
      const x = { ...reader, otherDiiHashes: ['phone'] }
      const y = { sub: 'google:y', sid: 'sid-y', diiHash: 'phone' }
      await choose(x, grant)
      await newId(x)
      await choose(y, denial)
      await on.store.forget(['phone'])
      expect(await idOf(x)).toBeNull()
      // The other account ends the opt-out; the consent from before it stays invalid.
      await choose(y, grant)
      expect(await idOf(x)).toBeNull()
      await choose(x, grant)
      await newId(x)
      await choose(y, denial)
      await on.store.forget(['phone'])
      await on.store.forget(['phone'])
      await choose(x, grant)
      await newId(x)
    })

    it('changes after a denial to any DII of the session (K6)', async () => {
      ids.length = 0
      const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
      await choose(both, grant)
      await newId(both)
      await choose({ ...otherDii, sub: 'google:b' }, denial)
      expect(await idOf(both)).toBeNull()
      await choose({ ...otherDii, sub: 'google:b' }, grant)
      expect(await idOf(both)).toBeNull()
      await choose(both, grant)
      await newId(both)
    })
  })
})
