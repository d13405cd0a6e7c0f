import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { Site } from './site.ts'

/** One request: path, headers, and a body that makes it a POST. */
export interface Shot {
  path: string
  headers: Record<string, string>
  body?: string
}

/** Sends many requests, a few at a time, only to a site on this machine. Counts responses by status. */
export async function sendMany(
  site: Pick<Site, 'port'>,
  count: number,
  shot: (index: number) => Shot | Promise<Shot>,
): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const statuses = new Map<number, number>()
  let next = 0
  async function worker() {
    for (let i = next++; i < count; i = next++) {
      const { status } = await send(site.port, agent, await shot(i))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  agent.destroy()
  return statuses
}

const atOnce = 24

function send(port: number, agent: Agent, { path, headers, body }: Shot) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request({ host: '127.0.0.1', port, agent, path, method, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
