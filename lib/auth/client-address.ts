import 'server-only'
import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { env } from '../env/env'
import { processWide } from '../shared/process-wide'

/** Random for each process, so that no client can send it, not even before `recordClientAddresses` ran. */
const peerHeader = () => processWide('peer-header', () => `x-peer-${randomBytes(16).toString('hex')}`)

/**
 * Adds the address of each connection to its requests as a header. Next's own X-Forwarded-For is the
 * client's, if the client sent one. Node publishes a request before Next sees it.
 */
export function recordClientAddresses(): void {
  processWide('peer-subscription', () => {
    subscribe('http.server.request.start', (message) => {
      const { request } = message as { request: IncomingMessage }
      request.headers[peerHeader()] = request.socket.remoteAddress ?? ''
    })
    return true
  })
}

/** The key for limits by address. Never log it. */
export const clientAddress = (headers: Pick<Headers, 'get'>): string =>
  addressOf(headers.get('x-forwarded-for'), headers.get(peerHeader()), env().trustProxyHops)

/**
 * The reader's full address for a bid request, as a buyer sees it when a browser asks directly. Never log it.
 */
export const publicAddress = (headers: Pick<Headers, 'get'>): string | null =>
  publicAddressOf(headers.get('x-forwarded-for'), headers.get(peerHeader()), env().trustProxyHops)

/**
 * The address that the outermost of `hops` trusted proxies saw, else the peer's. Of an IPv6 address only the
 * first half counts, because the client chooses the other. Pure.
 */
export function addressOf(forwardedFor: string | null, peer: string | null, hops: number): string {
  return limitKeyOf(entryOf(forwardedFor, hops)) ?? limitKeyOf(peer) ?? 'unknown'
}

/** Null when the address is unknown or private. Behind a proxy, the peer is that proxy. Pure. */
export function publicAddressOf(
  forwardedFor: string | null,
  peer: string | null,
  hops: number,
): string | null {
  const address = plainAddress(hops > 0 && forwardedFor !== null ? entryOf(forwardedFor, hops) : peer)
  return address === null || notPublic.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') ? null : address
}

function entryOf(forwardedFor: string | null, hops: number): string | undefined {
  const entries = hops > 0 && forwardedFor !== null ? forwardedFor.split(',') : []
  return entries.at(-hops) ?? entries[0]
}

/**
 * Networks that are not reachable over the internet, so an address in them says nothing about a reader.
 * https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const notPublic = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  notPublic.addSubnet(network, bits, 'ipv6')

/** The network of an address from `clientAddress`: the /48 of IPv6, the /24 of IPv4. Pure. */
export function networkOf(address: string): string {
  if (address.includes(':')) return `${address.split(':').slice(0, 3).join(':')}::/48`
  return isIP(address) === 4 ? address.replace(/\d+$/, '0/24') : address
}

const withPort = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/

/**
 * One spelling of an address, without port and zone. IPv4 on a socket that accepts both is returned as IPv4.
 * Null for anything else.
 */
function plainAddress(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? ''
  const [, v6, v4] = withPort.exec(trimmed) ?? []
  const address = (v6 ?? v4 ?? trimmed).replace(/%.*$/, '')
  const version = isIP(address)
  if (version !== 6) return version === 4 ? address : null
  // A URL has one spelling for an address: no capitals, no leading zeros, no dots.
  const spelled = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const words = wordsOf(spelled)
  if (words.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return spelled
  const bytes = words.slice(6).flatMap((word) => {
    const value = Number.parseInt(word, 16)
    return [value >> 8, value & 255]
  })
  return bytes.join('.')
}

function limitKeyOf(text: string | null | undefined): string | null {
  const address = plainAddress(text)
  return address?.includes(':') ? `${wordsOf(address).slice(0, 4).join(':')}::/64` : address
}

/** All eight words of an IPv6 address. */
function wordsOf(spelled: string): string[] {
  const [before = [], after = []] = spelled.split('::').map((part) => (part === '' ? [] : part.split(':')))
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}
