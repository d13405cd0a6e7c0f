import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseError } from 'pg'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openStore } from '#lib/consent/open-store.ts'
import { RejectedWriteError, StoreDownError, withDatabase } from '#lib/database/access.ts'
import { sharedDatabase } from '#lib/database/shared-database.ts'
import { health } from '#lib/observe/health.ts'
import { becomeSite } from '../../support/server-env.ts'

const fails = (code: string) => () => Promise.reject(Object.assign(new Error('x'), { code }))
const succeed = async () => 'done'

beforeEach(() => {
  becomeSite()
})

it('a process has one database for all parallel users', async () => {
  const [first, second] = await Promise.all([sharedDatabase(), sharedDatabase(), openStore()])
  expect(first).toBe(second)
  expect(await withDatabase('sign_in', async (opened) => opened)).toBe(first)
})

it('an opening that failed is not kept', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-database-')), 'a-file')
  writeFileSync(file, '')
  const { dataDir } = becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
  await expect(sharedDatabase()).rejects.toThrow()
  process.env.DATABASE_URL = `file:${join(dataDir, 'choices.db')}`
  Reflect.deleteProperty(globalThis, Symbol.for('uid2-publisher.env'))
  expect((await sharedDatabase()).engine).toBe('sqlite')
})

describe('work that meets another process’s lock', () => {
  it('is started again until the lock is gone', async () => {
    const work = vi.fn(succeed).mockImplementationOnce(fails('SQLITE_BUSY_SNAPSHOT') as typeof succeed)
    expect(await withDatabase('sign_in', work)).toBe('done')
    expect(work).toHaveBeenCalledTimes(2)
  })

  it('fails in the end', async () => {
    await expect(withDatabase('sign_in', fails('SQLITE_BUSY'))).rejects.toThrow(StoreDownError)
  })

  it('is not started again for any other reason', async () => {
    const work = vi.fn(fails('SQLITE_IOERR'))
    await expect(withDatabase('sign_in', work)).rejects.toThrow(StoreDownError)
    expect(work).toHaveBeenCalledTimes(1)
  })
})

describe('the effect of a failure (U4)', () => {
  const error = (code: string) => () => Promise.reject(Object.assign(new Error('x'), { code }))
  const ofPostgres = (code: string) => () =>
    Promise.reject(Object.assign(new DatabaseError('x', 1, 'error'), { severity: 'ERROR', code }))

  it.each([
    ['22021', ofPostgres('22021')],
    ['23505', ofPostgres('23505')],
    ['SQLITE_TOOBIG', error('SQLITE_TOOBIG')],
    ['SQLITE_CONSTRAINT_CHECK', error('SQLITE_CONSTRAINT_CHECK')],
  ])('%s: these values are refused, and everything else works', async (_, work) => {
    await expect(withDatabase('choices', work)).rejects.toThrow(RejectedWriteError)
    expect(health().store).toBe('ok')
    expect(await withDatabase('choices', succeed)).toBe('done')
  })

  it.each([
    ['42501', ofPostgres('42501')],
    ['40P01', ofPostgres('40P01')],
    ['53100', ofPostgres('53100')],
    ['SQLITE_FULL', error('SQLITE_FULL')],
    ['no code', () => Promise.reject(new TypeError('x'))],
  ])('%s: only this work fails', async (_, work) => {
    await expect(withDatabase('sign_in', work)).rejects.toThrow(StoreDownError)
    expect(health().store).toBe('ok')
    await expect(withDatabase('choices', work)).rejects.toThrow(StoreDownError)
    expect(health().store).toBe('down')
    expect(await withDatabase('choices', succeed)).toBe('done')
    expect(health().store).toBe('ok')
  })

  it('pool_busy: all connections were in use, which is no outage', async () => {
    await expect(withDatabase('choices', error('pool_busy'))).rejects.toThrow(StoreDownError)
    expect(health().store).toBe('ok')
    expect(await withDatabase('choices', succeed)).toBe('done')
  })

  it.each([
    ['57P01', ofPostgres('57P01')],
    ['08006', ofPostgres('08006')],
    ['25006', ofPostgres('25006')],
    ['connection_lost', error('connection_lost')],
  ])('%s: the connection broke, and another one is tried at once', async (_, work) => {
    const first = await sharedDatabase()
    const tries = vi.fn(succeed).mockImplementationOnce(work as typeof succeed)
    expect(await withDatabase('choices', tries)).toBe('done')
    expect(await sharedDatabase()).not.toBe(first)
    expect(health().store).toBe('ok')
  })

  it.each([
    ['ECONNREFUSED', error('ECONNREFUSED')],
    ['timeout', error('timeout')],
    ['53300', ofPostgres('53300')],
    ['57014', ofPostgres('57014')],
    ['28P01', ofPostgres('28P01')],
    ['3D000', ofPostgres('3D000')],
    ['EAI_AGAIN', error('EAI_AGAIN')],
    ['SQLITE_READONLY', error('SQLITE_READONLY')],
    ['SQLITE_IOERR_READ', error('SQLITE_IOERR_READ')],
  ])('%s: the store is down for all, is left alone, and is then opened again', async (_, work) => {
    const first = await sharedDatabase()
    await expect(withDatabase('sign_in', work)).rejects.toThrow(StoreDownError)
    expect(health().store).toBe('down')
    const next = vi.fn(succeed)
    await expect(withDatabase('choices', next)).rejects.toThrow(/is down/)
    expect(next).not.toHaveBeenCalled()
    expect(await vi.waitFor(() => withDatabase('choices', succeed), { timeout: 15_000 })).toBe('done')
    expect(await sharedDatabase()).not.toBe(first)
    expect(health().store).toBe('ok')
  })

  it.each([
    ['timeout', error('timeout')],
    ['08P01', ofPostgres('08P01')],
    ['26000', ofPostgres('26000')],
    ['ECONNREFUSED', error('ECONNREFUSED')],
  ])('%s of a limit does not affect the store: only limits pause (E6)', async (_, work) => {
    const first = await sharedDatabase()
    await expect(withDatabase('limits', work)).rejects.toThrow(StoreDownError)
    expect(health().store).toBe('ok')
    expect(await withDatabase('choices', succeed)).toBe('done')
    expect(await withDatabase('sign_in', succeed)).toBe('done')
    expect(await sharedDatabase()).toBe(first)
  })

  it('a sign-in or limit that works does not mark the store as up', async () => {
    await expect(withDatabase('choices', error('x'))).rejects.toThrow(StoreDownError)
    expect(await withDatabase('sign_in', succeed)).toBe('done')
    expect(health().store).toBe('down')
  })

  it('a database that cannot be opened is down, and is left alone', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'lantern-database-')), 'choices.db')
    writeFileSync(file, 'not a database, but long enough to be read as one'.repeat(40))
    becomeSite({ DATABASE_URL: `file:${file}` })
    await expect(withDatabase('sign_in', succeed)).rejects.toThrow(StoreDownError)
    expect(health().store).toBe('down')
    await expect(withDatabase('choices', succeed)).rejects.toThrow(/is down/)
  })

  it('hanging work is given up, and the next work of its request does not wait', async () => {
    await expect(withDatabase('choices', () => new Promise(() => {}))).rejects.toThrow(StoreDownError)
    const next = vi.fn(succeed)
    await expect(withDatabase('limits', next)).rejects.toThrow(/is down/)
    expect(next).not.toHaveBeenCalled()
  })
})
