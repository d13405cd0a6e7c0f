import 'server-only'
import { chmodSync, closeSync, openSync } from 'node:fs'
import SqliteDatabase from 'better-sqlite3'
import {
  type DialectAdapter,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  SqliteDialect,
} from 'kysely'
import { DatabaseError, Pool, types } from 'pg'
import { runOutsideRequests } from '../shared/outside-requests.ts'
import type { Schema } from './schema.ts'

export interface Database {
  db: Kysely<Schema>
  engine: Engine
}

export type Engine = 'sqlite' | 'postgres'

const bigintOid = 20
/** better-sqlite3 waits for a lock synchronously, and with it the whole process; `access.ts` waits on. */
const busyMs = 50
/** A server that hangs must not hold up a page. */
export const queryTimeoutMs = 1000
/** Connections that nothing uses, or that a failover left behind, end by themselves. */
const idleMs = 10_000
const lifetimeSeconds = 300

/** The file of an SQLite database; null: it is PostgreSQL. */
export const databaseFile = (url: string): string | null =>
  url.startsWith('file:') ? url.slice('file:'.length) : null

/**
 * Opens `file:PATH` or `postgres://…`. Exactly one per process: see `open.ts`. A connection and each query of
 * PostgreSQL may take `patienceMs` (ms); `queryMs` 0: a query may take as long as it takes.
 */
export function openDatabase(url: string, patienceMs = queryTimeoutMs, queryMs = patienceMs): Database {
  const file = databaseFile(url)
  if (file !== null) {
    keepPrivate(file)
    const database = new SqliteDatabase(file, { timeout: busyMs })
    turnOnWal(database)
    // An opt-out that was acknowledged must survive a power cut, and writes are rare.
    database.pragma('synchronous = FULL')
    return { db: new Kysely({ dialect: new SqliteDialect({ database }) }), engine: 'sqlite' }
  }
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: patienceMs,
    query_timeout: queryMs,
    idleTimeoutMillis: idleMs,
    maxLifetimeSeconds: lifetimeSeconds,
    keepAlive: true,
    types: {
      // pg gives bigint as text; ours are Unix ms, which a number holds exactly.
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === bigintOid ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  })
  // An idle connection that breaks must not end the process; the next query tells.
  pool.on('error', () => {})
  return { db: new Kysely({ dialect: new PoolerDialect({ pool: careful(pool) }) }), engine: 'postgres' }
}

/**
 * Behind a pooler in transaction mode, such as PgBouncer, the next transaction may be on another connection. So
 * nothing here may belong to a session: no named statements, no SET, no locks but those of a transaction. Kysely's
 * Migrator would lock in the session: `migrations.ts` has a lock of its own.
 */
class PoolerDialect extends PostgresDialect {
  override createAdapter(): DialectAdapter {
    return Object.assign(super.createAdapter(), {
      acquireMigrationLock: async () => {},
      releaseMigrationLock: async () => {},
    })
  }
}

/**
 * A pool that takes back only connections of which it is known where they stand. After a query that was given
 * up one may still be in a transaction: what is written next would be acknowledged, and then lost with it.
 */
const careful = (pool: Pool): PostgresPool => ({
  async connect() {
    const client = await runOutsideRequests(() => pool.connect()).catch((error: unknown) => {
      throw withCode(error)
    })
    let lost = false
    const lose = () => {
      lost = true
    }
    // Breaking while it is in use, it must not end the process either.
    client.on('error', lose)
    const query = async (text: string, values: readonly unknown[]) => {
      // Its rollback, too, would only wait.
      if (lost) throw withCode(new Error('Connection terminated'))
      try {
        return await client.query(text, [...values])
      } catch (error) {
        // An error that the server answers leaves the connection in order, unless it says that it is going.
        if (!(error instanceof DatabaseError) || error.severity !== 'ERROR') lose()
        throw withCode(error)
      }
    }
    return {
      query: query as unknown as PostgresPoolClient['query'],
      release() {
        client.release(lost)
        client.off('error', lose)
      },
    }
  },
  end: () => pool.end(),
})

/** pg and its pool tell these by their message alone. */
const codes: readonly [RegExp, string][] = [
  [/^timeout exceeded when trying to connect/, 'pool_busy'],
  [/^Connection terminated due to connection timeout/, 'connect_timeout'],
  [/^Query read timeout/, 'timeout'],
  [/^Connection terminated|^Client has encountered a connection error|not queryable/, 'connection_lost'],
]

function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error
  const code = codes.find(([message]) => message.test(error.message))?.[1]
  return code === undefined ? error : Object.assign(error, { code })
}

/** Times and keyed hashes of readers are in it: for the account that runs the site alone. */
function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch {
    // Of another account, or read-only: opening the database says what is wrong.
  }
}

/** Two processes that open a new file at once meet here, and SQLite does not wait its `timeout` for this. */
function turnOnWal(database: SqliteDatabase.Database): void {
  for (let attempts = 50; ; attempts--)
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (attempts === 0 || (error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
}
