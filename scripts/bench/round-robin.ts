import { Agent, createServer, request } from 'node:http'
import { freePort } from '../../tests/support/site.ts'

export interface RoundRobin {
  origin: string
  /** To these, in turn. */
  ports: readonly number[]
  close(): void
}

/** A load balancer without affinity: each request goes to the next instance, as with most balancers by default. */
export async function startRoundRobin(): Promise<RoundRobin> {
  // Idle connections are closed by who opened them: the other way round a request may meet the end of one.
  const agent = new Agent({ keepAlive: true, timeout: 2_000 })
  const port = await freePort()
  let turn = 0
  const server = createServer((incoming, answer) => {
    const { method, url: path, headers } = incoming
    const to = balancer.ports[turn++ % balancer.ports.length]
    const passed = request({ host: '127.0.0.1', port: to, agent, method, path, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    incoming.pipe(passed)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(port, resolve))
  const balancer: RoundRobin = {
    origin: `http://localhost:${port}`,
    ports: [],
    close() {
      server.close()
      server.closeAllConnections()
      agent.destroy()
    },
  }
  return balancer
}
