import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { denial, grant } from '#tests/support/core.ts'
import { describeSqlStores, otherDii, reader } from './stores.ts'

describeSqlStores('consent to one of two products that share a store', (on) => {
  const euid = () => on.openFor('euid')

  it('does not count for the other (K6)', async () => {
    await on.store.recordChoice(reader, grant)
    const other = await euid()
    expect(await other.read(reader)).toMatchObject({ choice: null, consentId: null })
    await other.recordChoice(reader, { ...grant, version: '2' })
    expect((await other.read(reader)).choice).toBe('granted')
    expect((await other.read(reader)).consentId).not.toBe((await on.store.read(reader)).consentId)
  })

  it('ends with a denial to either (K6)', async () => {
    await on.store.recordChoice(reader, grant)
    await (await euid()).recordChoice(reader, denial)
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('from before products were recorded counts only by the version of this site’s own question', async () => {
    await on.store.recordChoice(reader, { ...grant, version: '2026-11-uid2' })
    await on.store.recordChoice(otherDii, { ...grant, version: 'own' })
    await sql`update choice_events set product = null`.execute(on.db)
    expect((await on.store.read(reader)).choice).toBe('granted')
    expect((await (await euid()).read(reader)).choice).toBeNull()
    expect((await on.store.read(otherDii)).choice).toBeNull()
  })
})
