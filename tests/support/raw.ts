import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import type { Site } from './site.ts'

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** A request that no browser sends: any Host, any path, a chunked body. Loopback only. */
export function raw(
  site: Pick<Site, 'port'>,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array[] } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const outgoing = request({ host: '127.0.0.1', port: site.port, path, method, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.once('error', reject)
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    outgoing.once('error', reject)
    if (Array.isArray(body)) for (const chunk of body) outgoing.write(chunk)
    outgoing.end(Array.isArray(body) ? undefined : body)
  })
}

/** Sends raw bytes and closes. Returns what was received until then. Loopback only. */
export function sendBytes(site: Pick<Site, 'port'>, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(site.port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      answer += part
    })
    socket.once('error', () => {})
    socket.once('close', () => resolve(answer))
    socket.end(bytes, 'latin1')
  })
}
