import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { recordEnd, withChoices } from '#lib/choices/access.ts'
import { choices } from '#lib/choices/open.ts'
import { StoreDownError, withDatabase } from '#lib/database/access.ts'
import { database } from '#lib/database/open.ts'
import { health } from '#lib/observe/health.ts'
import { becomeSite } from '../../support/server-env.ts'

const fails = (code: string) => () => Promise.reject(Object.assign(new Error('x'), { code }))
const works = async () => 'done'

beforeEach(() => {
  becomeSite()
})

it('a process has one database, however many ask for it and for what is on it', async () => {
  const [first, second] = await Promise.all([database(), database(), choices()])
  expect(first).toBe(second)
  expect(await withDatabase('sign_in', async (opened) => opened)).toBe(first)
})

it('an opening that failed is not kept', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-database-')), 'a-file')
  writeFileSync(file, '')
  const { dataDir } = becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
  await expect(database()).rejects.toThrow()
  process.env.DATABASE_URL = `file:${join(dataDir, 'choices.db')}`
  Reflect.deleteProperty(globalThis, Symbol.for('uid2-publisher.env'))
  expect((await database()).engine).toBe('sqlite')
})

describe('work that meets another process’s lock', () => {
  it('is begun again until the lock is gone', async () => {
    const work = vi.fn(works).mockImplementationOnce(fails('SQLITE_BUSY_SNAPSHOT') as typeof works)
    expect(await withDatabase('sign_in', work)).toBe('done')
    expect(work).toHaveBeenCalledTimes(2)
  })

  it('is given up in the end', async () => {
    await expect(withDatabase('sign_in', fails('SQLITE_BUSY'))).rejects.toThrow(StoreDownError)
  })

  it('is not begun again for any other reason', async () => {
    const work = vi.fn(fails('SQLITE_IOERR'))
    await expect(withDatabase('sign_in', work)).rejects.toThrow(StoreDownError)
    expect(work).toHaveBeenCalledTimes(1)
  })
})

describe('U4: the users of the database fail apart', () => {
  it('a sign-in that fails rests, and takes the tokens from nobody', async () => {
    await expect(withDatabase('sign_in', fails('x'))).rejects.toThrow(StoreDownError)
    const work = vi.fn(works)
    await expect(withDatabase('sign_in', work)).rejects.toThrow(/is down/)
    expect(work).not.toHaveBeenCalled()
    expect(health().store).toBe('down')
    expect(await withChoices((store) => store.isEnded('x'))).toBe(false)
    expect(health().store).toBe('ok')
  })

  it('an end that follows a failed sign-in is written at once', async () => {
    await expect(withDatabase('sign_in', fails('x'))).rejects.toThrow(StoreDownError)
    await recordEnd((store) => store.endSession('sid', Date.now() + 60_000))
    const { db } = await database()
    expect(await db.selectFrom('ended_sessions').selectAll().execute()).toHaveLength(1)
  })

  it('an end that cannot be written stops no sign-in, and a sign-in does not say that the store is back', async () => {
    await expect(recordEnd(fails('x'))).rejects.toThrow(StoreDownError)
    expect(await withDatabase('sign_in', works)).toBe('done')
    expect(health().store).toBe('down')
  })
})
