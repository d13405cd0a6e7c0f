import { describe, expect, it } from 'vitest'
import { noConsent } from '#lib/identity/context.ts'
import type { Subject } from '#lib/identity/types.ts'
import { describeStores, no, otherDii, reader, sameDii, yes } from './stores.ts'

const third = { ...reader, sub: 'oidc:c', sid: 'sid-c' }

describeStores('the consent state of a reader', (on) => {
  const say = (subject: Subject, choice: typeof yes) => on.store.recordChoice(subject, choice)

  describe('after an opt-out from this site', () => {
    it('is denied for every account of the address, whether it ever answered or not (K6)', async () => {
      await say(sameDii, yes)
      await say(reader, no)
      const denied = { ...noConsent, siteOptOut: true, choice: 'denied' }
      for (const account of [reader, sameDii, third]) expect(await on.store.read(account)).toEqual(denied)
      expect(await on.store.read(otherDii)).toEqual(noConsent)
    })

    it('is granted by a consent of any account, for that account alone (K6)', async () => {
      await say(sameDii, yes)
      await say(reader, no)
      await say(third, yes)
      expect(await on.store.read(third)).toMatchObject({ siteOptOut: false, choice: 'granted' })
      // From before the denial: they have to be asked again.
      expect(await on.store.read(sameDii)).toMatchObject({ siteOptOut: false, choice: null, consentId: null })
      const own = { siteOptOut: false, choice: 'denied', consentId: null }
      expect(await on.store.read(reader)).toMatchObject(own)
    })

    it('is granted again by the same consent, given again (K6)', async () => {
      await say(reader, yes)
      await say(sameDii, no)
      await say(reader, yes)
      expect(await on.store.read(reader)).toMatchObject({ choice: 'granted' })
      await say(sameDii, no)
      await say(reader, yes)
      const { consentId } = await on.store.read(reader)
      expect(await on.store.read(sameDii)).toMatchObject({ siteOptOut: false })
      await say(sameDii, no)
      await say(reader, yes)
      expect((await on.store.read(reader)).consentId).not.toBe(consentId)
    })
  })

  describe('has a consent id that', () => {
    const ids: number[] = []
    /** The id as it is now, which no consent before has had. */
    async function newId(subject: Subject = reader): Promise<number> {
      const { consentId } = await on.store.read(subject)
      expect(consentId).toEqual(expect.any(Number))
      expect(ids).not.toContain(consentId)
      ids.push(consentId as number)
      return consentId as number
    }
    const idOf = async (subject: Subject = reader) => (await on.store.read(subject)).consentId

    it('stays when consent is given again, or by another account, or for another address', async () => {
      ids.length = 0
      await say(reader, yes)
      const id = await newId()
      await say(reader, yes)
      await say(reader, { ...yes, version: '2' })
      await say(sameDii, yes)
      await say(otherDii, no)
      await say(otherDii, yes)
      await on.store.recordSignals(reader, { gdprApplies: false })
      expect(await idOf()).toBe(id)
      await newId(sameDii)
    })

    it('is another one after a denial, also of another account, and after being forgotten (K6)', async () => {
      ids.length = 0
      await say(reader, yes)
      await newId()
      await say(reader, no)
      expect(await idOf()).toBeNull()
      await say(reader, yes)
      await newId()
      await say(sameDii, no)
      expect(await idOf()).toBeNull()
      await say(sameDii, yes)
      expect(await idOf()).toBeNull()
      await newId(sameDii)
      await say(reader, yes)
      await newId()
      await on.store.forget([reader.diiHash])
      expect(await idOf()).toBeNull()
      await say(reader, yes)
      await newId()
      // Nothing is kept of this address now.
      await on.store.forget([reader.diiHash])
      await say(reader, yes)
      await newId()
    })

    it('is another one after a denial to a shared DII, though its history was erased (K6)', async () => {
      ids.length = 0
      const x = { ...reader, otherDiiHashes: ['phone'] }
      const y = { sub: 'google:y', sid: 'sid-y', diiHash: 'phone' }
      await say(x, yes)
      await newId(x)
      await say(y, no)
      await on.store.forget(['phone'])
      expect(await idOf(x)).toBeNull()
      // The opt-out is lifted by the other account; the consent from before it stays void.
      await say(y, yes)
      expect(await idOf(x)).toBeNull()
      await say(x, yes)
      await newId(x)
      await say(y, no)
      await on.store.forget(['phone'])
      await on.store.forget(['phone'])
      await say(x, yes)
      await newId(x)
    })

    it('is another one after a denial to any DII of the session (K6)', async () => {
      ids.length = 0
      const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
      await say(both, yes)
      await newId(both)
      await say({ ...otherDii, sub: 'google:b' }, no)
      expect(await idOf(both)).toBeNull()
      await say({ ...otherDii, sub: 'google:b' }, yes)
      expect(await idOf(both)).toBeNull()
      await say(both, yes)
      await newId(both)
    })
  })
})
