import 'server-only'
import { createHash } from 'node:crypto'
import { chmodSync, closeSync, openSync } from 'node:fs'
import SqliteDatabase from 'better-sqlite3'
import {
  type DialectAdapter,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  SqliteDialect,
  type SqliteDatabase as SqliteDialectDatabase,
} from 'kysely'
import { LRUCache } from 'lru-cache'
import { DatabaseError, Pool, types } from 'pg'
import { runOutsideRequests } from '../shared/outside-requests'
import type { Schema } from './schema'

export interface Database {
  db: Kysely<Schema>
  engine: Engine
}

export type Engine = 'sqlite' | 'postgres'

const bigintOid = 20
/**
 * better-sqlite3 blocks the whole process while it waits for a lock, so it waits briefly and `access.ts`
 * retries.
 */
const busyMs = 50
/** A page never waits longer than this for the database, also when its server hangs. */
export const queryTimeoutMs = 1000
/** Closes connections that are idle, or that point to the old server after a failover. */
const idleMs = 10_000
const lifetimeSeconds = 300

/** The file of an SQLite database. Null for PostgreSQL. */
export const databaseFile = (url: string): string | null =>
  url.startsWith('file:') ? url.slice('file:'.length) : null

/**
 * Opens `file:PATH` or `postgres://…`. Each process has exactly one: see `shared-database.ts`. `timeoutMs`
 * limits opening a PostgreSQL connection, `queryMs` each query. `queryMs` 0: no limit for a query.
 */
export function openDatabase(url: string, timeoutMs = queryTimeoutMs, queryMs = timeoutMs): Database {
  const file = databaseFile(url)
  if (file !== null) {
    allowOwnerOnly(file)
    const database = new SqliteDatabase(file, { timeout: busyMs })
    enableWal(database)
    // An opt-out that was acknowledged must survive a power cut. Writes are rare, so this costs little.
    database.pragma('synchronous = FULL')
    return {
      db: new Kysely({ dialect: new SqliteDialect({ database: prepareOnce(database) }) }),
      engine: 'sqlite',
    }
  }
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: queryMs,
    idleTimeoutMillis: idleMs,
    maxLifetimeSeconds: lifetimeSeconds,
    keepAlive: true,
    types: {
      // pg returns bigint as text. Ours are Unix ms, which a number holds exactly.
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === bigintOid ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  })
  // Without this listener, an idle connection that breaks would end the process.
  pool.on('error', () => {})
  return {
    db: new Kysely({ dialect: new PoolerDialect({ pool: discardUncertain(pool) }) }),
    engine: 'postgres',
  }
}

/**
 * Behind a pooler in transaction mode, such as PgBouncer, the next transaction may use another connection. So
 * nothing here may depend on a database session: no SET, only locks that end with their transaction, and a named
 * statement may be lost (`createPlanNames`). Kysely's Migrator would take a session lock, so `migrations.ts` takes one of its own.
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
 * Closes a connection, instead of returning it to the pool, when its state is uncertain. After a query that
 * timed out, the connection may still be in a transaction: the next write on it would be acknowledged and
 * then lost with that transaction.
 */
function discardUncertain(pool: Pool): PostgresPool {
  const plans = createPlanNames()
  return {
    async connect() {
      const client = await runOutsideRequests(() => pool.connect()).catch((error: unknown) => {
        throw withCode(error)
      })
      let inTransaction = false
      let lost = false
      const lose = () => {
        lost = true
      }
      // Without a listener, a connection that breaks while in use would end the process.
      client.on('error', lose)
      const query = async (text: string, given: readonly unknown[]): Promise<unknown> => {
        // A rollback would only wait for the same dead connection.
        if (lost) throw withCode(new Error('Connection terminated'))
        if (/^(begin|start transaction|commit|rollback)/.test(text)) inTransaction = /^[bs]/.test(text)
        const name = inTransaction ? undefined : plans.nameOf(text)
        const values = [...given]
        try {
          return await client.query(name === undefined ? { text, values } : { name, text, values })
        } catch (error) {
          if (name !== undefined && plans.isLost(error)) return query(text, given)
          // After an error that the server reports, the connection is usable, unless the server is closing it.
          if (!(error instanceof DatabaseError) || error.severity !== 'ERROR') lose()
          throw withCode(error)
        }
      }
      return {
        query: query as PostgresPoolClient['query'],
        release() {
          client.release(lost)
          client.off('error', lose)
        },
      }
    },
    end: () => pool.end(),
  }
}

/** At most so many statements have a name: PostgreSQL keeps the plan of each on every connection. */
const planLimit = 20
/** No such statement; a statement of that name exists already; its table was changed. */
const lostPlan = /^(26000|42P05|0A000)$/

/**
 * Names of the statements that read. PostgreSQL plans a statement with a name once for each connection; planning the
 * look-up of a reader takes it five times as long as running it. A pooler that does not know the name on its next
 * connection answers with an error: then this process gives no more names. A name is a hash of its statement, so it
 * never means another one.
 */
function createPlanNames() {
  const names = new Map<string, string>()
  let usable = true
  return {
    nameOf(text: string): string | undefined {
      if (!usable || !text.startsWith('select ')) return undefined
      if (!names.has(text) && names.size < planLimit)
        names.set(text, createHash('sha256').update(text).digest('hex').slice(0, 32))
      return names.get(text)
    },
    /** Whether an error means that named statements do not work here. From then on there are none. */
    isLost(error: unknown): boolean {
      const lost = error instanceof DatabaseError && lostPlan.test(error.code ?? '')
      if (lost) usable = false
      return lost
    },
  }
}

/** pg and its pool mark these errors only by their message. */
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

/** At most so many prepared statements are kept; each is a few kB. */
const statementLimit = 200

/** better-sqlite3 would parse and plan a statement anew each time. */
function prepareOnce(database: SqliteDatabase.Database): SqliteDialectDatabase {
  const prepared = new LRUCache<string, SqliteDatabase.Statement>({ max: statementLimit })
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = prepared.get(text) ?? database.prepare(text)
      prepared.set(text, statement)
      return statement
    },
  }
}

/** The file holds times and keyed hashes of readers: only the account that runs the site may read it. */
function allowOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch {
    // It belongs to another account, or is read-only: opening the database reports what is wrong.
  }
}

/**
 * Retries, because two processes may open a new file at once, and SQLite does not wait its `timeout` for this
 * pragma.
 */
function enableWal(database: SqliteDatabase.Database): void {
  for (let attempts = 50; ; attempts--)
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (attempts === 0 || (error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
}
