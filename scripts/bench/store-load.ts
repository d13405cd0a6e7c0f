import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import type { TestPostgres } from '../../tests/support/postgres.ts'

/** What a PostgreSQL server has done so far. */
export interface StoreLoad {
  /** Statements of the site, without transactions' begin and commit. */
  statements: number
  /** User and system time of the server's processes, ms. */
  cpu: number
}

/** Watches a server's work on one database: its own statements are counted by `pg_stat_statements`. */
export async function watchStore(postgres: TestPostgres, url: string) {
  const admin = async (statement: string) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query(statement)
    await client.end()
    return rows as Record<string, unknown>[]
  }
  await admin("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
  await postgres.crash()
  await postgres.restart()
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('CREATE EXTENSION pg_stat_statements')
  const [{ pid } = { pid: 0 }] = (await client.query('SELECT pg_backend_pid() AS pid')).rows as {
    pid: number
  }[]
  const postmaster = statOf(pid).parent

  return {
    async load(): Promise<StoreLoad> {
      const { rows } = await client.query(`
        SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND query ~* '^ *(select|insert|update|delete|with)' AND query NOT LIKE '%pg_%stat%'`)
      const processes = (await client.query('SELECT pid FROM pg_stat_activity')).rows as { pid: number }[]
      // A process that has ended is counted in its parent.
      const { own, ended } = statOf(postmaster)
      const running = processes.map((process) => statOf(process.pid).own)
      return {
        statements: (rows[0] as { calls: number }).calls,
        cpu: own + ended + running.reduce((sum, cpu) => sum + cpu, 0),
      }
    },
    /** Bytes of a table with its indexes, for each of its rows. */
    async rowBytes(table: string): Promise<number> {
      const { rows } = await client.query(
        `SELECT pg_total_relation_size($1)::float / greatest(1, count(*)) AS bytes FROM ${table}`,
        [table],
      )
      return (rows[0] as { bytes: number }).bytes
    },
    end: () => client.end(),
  }
}

/** Parent, own CPU and that of ended children, ms. Linux counts in hundredths of a second. */
function statOf(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
    (i) => fields[i],
  )
  return { parent, own: (user + system) * 10, ended: (endedUser + endedSystem) * 10 }
}
