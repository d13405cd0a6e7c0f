import 'server-only'
import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'

/** Random for each process, so that no client can send it, not even before `noteClientAddresses` ran. */
const peerHeader = () => singleton('peer-header', () => `x-peer-${randomBytes(16).toString('hex')}`)

/**
 * Puts the address of each connection into its requests, where every surface can read it: Next's own
 * X-Forwarded-For is the client's, if it sent one. Node publishes a request before Next sees it.
 */
export function noteClientAddresses(): void {
  singleton('peer-subscription', () => {
    subscribe('http.server.request.start', (message) => {
      const { request } = message as { request: IncomingMessage }
      request.headers[peerHeader()] = request.socket.remoteAddress ?? ''
    })
    return true
  })
}

/** Whom to count when something is limited by address; for nothing else, and for no log. */
export const clientAddress = (headers: Pick<Headers, 'get'>): string =>
  addressOf(headers.get('x-forwarded-for'), headers.get(peerHeader()), env().trustProxyHops)

/**
 * The address that the outermost of so many trusted proxies saw, else the peer's. Of an IPv6 address only the
 * first half: the other is the client's to choose. Pure.
 */
export function addressOf(forwardedFor: string | null, peer: string | null, hops: number): string {
  const entries = hops > 0 && forwardedFor !== null ? forwardedFor.split(',') : []
  return groupOf(entries.at(-hops) ?? entries[0]) ?? groupOf(peer) ?? 'unknown'
}

/** The network around an address of `clientAddress`: of IPv6 the /48, of IPv4 the /24. Pure. */
export function networkOf(address: string): string {
  if (address.includes(':')) return `${address.split(':').slice(0, 3).join(':')}::/48`
  return isIP(address) === 4 ? address.replace(/\d+$/, '0/24') : address
}

const withPort = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/

function groupOf(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? ''
  const [, v6, v4] = withPort.exec(trimmed) ?? []
  const address = (v6 ?? v4 ?? trimmed).replace(/%.*$/, '')
  const version = isIP(address)
  if (version === 4) return address
  return version === 6 ? groupOfIpv6(address) : null
}

function groupOfIpv6(address: string): string {
  // A URL spells an address in one way: no capitals, no leading zeros, no dots.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ]
  const words = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  if (words.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return `${words.slice(0, 4).join(':')}::/64`
  // IPv4 on a socket that takes both.
  const bytes = words.slice(6).flatMap((word) => {
    const value = Number.parseInt(word, 16)
    return [value >> 8, value & 255]
  })
  return bytes.join('.')
}
