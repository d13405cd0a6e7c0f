import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A stand-in for PgBouncer with `pool_mode=transaction` (https://www.pgbouncer.org/features.html): a client
 * has a server connection for one transaction only, and for the next one another connection where there is
 * one. So session state (named statements, SET, session locks, LISTEN) stays on a connection that other
 * clients get. Named statements are not tracked, as in PgBouncer before 1.21 and with
 * `max_prepared_statements=0`.
 */
export async function startTransactionPooler(
  url: string,
  size = 3,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { hostname, port } = new URL(url)
  const idle: ServerConnection[] = []
  const waiting: ((connection: ServerConnection) => void)[] = []
  const sockets = new Set<Socket>()
  let opened = 0

  const take = (startup: Buffer): Promise<ServerConnection> => {
    if (opened < size) {
      opened++
      return openServer({ host: hostname, port: Number(port) }, startup, sockets)
    }
    const next = idle.shift()
    if (next) return Promise.resolve(next)
    return new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (connection: ServerConnection) => {
    const next = waiting.shift()
    if (next) next(connection)
    // At the end: the connection unused for longest is next.
    else idle.push(connection)
  }

  const server: Server = createServer({ noDelay: true }, (client) => {
    sockets.add(client)
    client.on('error', () => {})
    const read = framer(true)
    let startup: Buffer | null = null
    let held: ServerConnection | null = null
    let work = Promise.resolve()
    client.on('data', (bytes) => {
      for (const message of read(bytes)) work = work.then(() => onMessage(message))
    })
    client.on('close', () => {
      // In the middle of a transaction PgBouncer closes the server connection.
      if (held) {
        held.socket.destroy()
        opened--
      }
    })

    async function onMessage(message: Buffer): Promise<void> {
      if (startup === null) {
        startup = message
        const connection = await take(startup)
        client.write(connection.greeting)
        giveBack(connection)
        return
      }
      if (message[0] === code.terminate) {
        client.end()
        return
      }
      held ??= await take(startup)
      const connection = held
      connection.socket.write(message)
      if (message[0] !== code.query && message[0] !== code.sync) return
      const { answer, inTransaction } = await connection.answer()
      if (!inTransaction) {
        held = null
        giveBack(connection)
      }
      client.write(answer)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const own = new URL(url)
  own.port = String(typeof address === 'object' ? address?.port : '')
  return {
    url: own.href,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const code = { query: 0x51, sync: 0x53, terminate: 0x58, readyForQuery: 0x5a }

interface ServerConnection {
  socket: Socket
  /** What the server sends after login. Each client gets it. */
  greeting: Buffer
  /** Everything up to the next `ReadyForQuery`, which says whether a transaction is open. */
  answer(): Promise<{ answer: Buffer; inTransaction: boolean }>
}

async function openServer(
  to: { host: string; port: number },
  startup: Buffer,
  sockets: Set<Socket>,
): Promise<ServerConnection> {
  const socket = connect({ ...to, noDelay: true })
  sockets.add(socket)
  socket.on('error', () => {})
  const read = framer(false)
  let collected: Buffer[] = []
  let ready: ((answer: { answer: Buffer; inTransaction: boolean }) => void) | null = null
  socket.on('data', (bytes) => {
    for (const message of read(bytes)) {
      collected.push(message)
      if (message[0] !== code.readyForQuery) continue
      const answer = Buffer.concat(collected)
      collected = []
      ready?.({ answer, inTransaction: message[5] !== 'I'.charCodeAt(0) })
    }
  })
  const answer = () =>
    new Promise<{ answer: Buffer; inTransaction: boolean }>((resolve) => {
      ready = resolve
    })
  const first = answer()
  socket.write(startup)
  return { socket, greeting: (await first).answer, answer }
}

/**
 * Splits the stream of PostgreSQL's protocol, version 3, into messages. The first one of a client has no
 * type.
 */
function framer(startsUntyped: boolean): (bytes: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0)
  let untyped = startsUntyped
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const messages: Buffer[] = []
    for (;;) {
      const at = untyped ? 0 : 1
      if (rest.length < at + 4) return messages
      const length = at + rest.readInt32BE(at)
      if (rest.length < length) return messages
      messages.push(rest.subarray(0, length))
      rest = rest.subarray(length)
      untyped = false
    }
  }
}
