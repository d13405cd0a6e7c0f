import { describe, expect, it } from 'vitest'
import { filesIn } from './project.ts'

/** Places in a text that delete or change rows of a table, with Kysely or in SQL. */
function changesIn(text: string, table: string): string[] {
  const named = `[\\s'"\`(]*(?:\\w+\\.)?["']?${table}\\b`
  const kysely = `(?:deleteFrom|updateTable|mergeInto|replaceInto|dropTable|alterTable)\\(${named}`
  const sql = `(?:delete\\s+from|truncate(?:\\s+table)?|update|replace\\s+into|merge\\s+into|drop\\s+table|alter\\s+table)(?:\\s+only|\\s+if\\s+exists)?\\s${named}`
  return text.match(new RegExp(`${kysely}|\\b${sql}`, 'gi')) ?? []
}

const ours = filesIn('app', 'lib', 'scripts', 'proxy.ts', 'instrumentation.ts')
const changesTo = (table: string) =>
  ours.flatMap(({ path, text }) => changesIn(text, table).map((found) => `${path}: ${found}`))

describe('an opt-out is never removed', () => {
  it('nothing deletes from opt_outs, or changes its rows', () => {
    expect(changesTo('opt_outs')).toEqual([])
  })

  it('only a consent, in lib/consent/sql.ts, deletes from site_opt_outs', () => {
    expect(changesTo('site_opt_outs')).toEqual(["lib/consent/sql.ts: deleteFrom('site_opt_outs"])
  })

  it('no other file names the two tables', () => {
    const naming = ours.filter(({ text }) => /\b(site_)?opt_outs\b/.test(text)).map(({ path }) => path)
    expect(naming).toEqual([
      ...['sql-records', 'sql-state', 'sql'].map((name) => `lib/consent/${name}.ts`),
      ...['migrations', 'schema'].map((name) => `lib/database/${name}.ts`),
    ])
  })
})

describe('an opt-out in memory lasts as long as the process', () => {
  const memory = filesIn('lib/consent').find(({ path }) => path.endsWith('/memory.ts'))?.text ?? ''
  const changes = (name: string) =>
    memory.match(new RegExp(`\\b${name}(\\.(delete|clear)\\(| = (?!new Set))[^;\n]*`, 'g'))

  it('nothing deletes from optOuts', () => {
    expect(memory).toContain('const optOuts = new Set')
    expect(changes('optOuts')).toBeNull()
  })

  it('only a consent deletes from siteOptOuts', () => {
    expect(memory).toContain('const siteOptOuts = new Set')
    expect(changes('siteOptOuts')).toEqual(['siteOptOuts.delete(hash)'])
    expect(memory).toMatch(/if \(granted\) for \(const hash of [^)]*\)\) siteOptOuts\.delete\(hash\)/)
  })
})

describe('the check of opt-outs', () => {
  it.each([
    "db.deleteFrom('opt_outs')",
    "db.deleteFrom(\n  'opt_outs as o',\n)",
    "db.updateTable('opt_outs')",
    "db.schema.dropTable('opt_outs')",
    'sql`delete from opt_outs`',
    'DELETE FROM "opt_outs" WHERE true',
    'delete\n  from public.opt_outs',
    'truncate table opt_outs',
    'update opt_outs set at = 0',
    'drop table if exists opt_outs',
  ])('finds %j', (text) => {
    expect(changesIn(text, 'opt_outs')).toHaveLength(1)
  })

  it.each([
    "db.selectFrom('opt_outs')",
    "db.insertInto('opt_outs')",
    "db.deleteFrom('site_opt_outs')",
    'delete from site_opt_outs',
    '/** Nothing deletes from it. */ opt_outs: {}',
  ])('allows %j', (text) => {
    expect(changesIn(text, 'opt_outs')).toEqual([])
  })
})
