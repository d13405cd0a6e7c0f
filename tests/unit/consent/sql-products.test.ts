import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeSqlStores, no, otherDii, reader, yes } from './stores.ts'

describeSqlStores('consent to one of two products that share a store', (on) => {
  const euid = () => on.openFor('euid')

  it('is none to the other (K6)', async () => {
    await on.store.recordChoice(reader, yes)
    const other = await euid()
    expect(await other.read(reader)).toMatchObject({ choice: null, consentId: null })
    await other.recordChoice(reader, { ...yes, version: '2' })
    expect((await other.read(reader)).choice).toBe('granted')
    expect((await other.read(reader)).consentId).not.toBe((await on.store.read(reader)).consentId)
  })

  it('ends with a denial to either (K6)', async () => {
    await on.store.recordChoice(reader, yes)
    await (await euid()).recordChoice(reader, no)
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('from before products were recorded counts by the version of this site’s own question, or not', async () => {
    await on.store.recordChoice(reader, { ...yes, version: '2026-11-uid2' })
    await on.store.recordChoice(otherDii, { ...yes, version: 'own' })
    await sql`update choice_events set product = null`.execute(on.db)
    expect((await on.store.read(reader)).choice).toBe('granted')
    expect((await (await euid()).read(reader)).choice).toBeNull()
    expect((await on.store.read(otherDii)).choice).toBeNull()
  })
})
