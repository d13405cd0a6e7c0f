import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { recordEnd, withChoices } from '#lib/choices/access.ts'
import { StoreDownError } from '#lib/database/access.ts'
import { becomeSite } from '../../support/server-env.ts'

const reader = { sub: 's', sid: 'i', diiHash: 'hash' }
const look = () => withChoices((store) => store.read(reader))

/** A file where the store's folder should be; taking it away brings the store back. */
function storeThatIsDown(): () => void {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-access-')), 'choices')
  writeFileSync(file, '')
  becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
  return () => rmSync(file)
}

it('U3: an end heard during an outage is written before anything is read again', async () => {
  const bringBack = storeThatIsDown()
  await expect(recordEnd((store) => store.recordOptOut('hash', 'uid2'))).rejects.toThrow(StoreDownError)
  await expect(recordEnd((store) => store.endSession('i', Date.now() + 60_000))).rejects.toThrow(
    StoreDownError,
  )
  bringBack()
  expect(await vi.waitFor(look)).toMatchObject({ optedOut: true, ended: true })
})

it('an end that still cannot be written keeps the store closed to readers', async () => {
  becomeSite()
  let broken = true
  const stubborn = () => (broken ? Promise.reject(new Error('disk full')) : Promise.resolve())
  await expect(recordEnd(stubborn)).rejects.toThrow(StoreDownError)
  await expect(look()).rejects.toThrow(StoreDownError)
  broken = false
  expect(await vi.waitFor(look)).toMatchObject({ optedOut: false })
})

it('a store that is down is not asked by everybody in turn', async () => {
  storeThatIsDown()
  const asked = vi.fn()
  await expect(look()).rejects.toThrow(StoreDownError)
  await expect(withChoices(asked)).rejects.toThrow(/is down/)
  expect(asked).not.toHaveBeenCalled()
})
