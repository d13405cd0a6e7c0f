import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  addressOf,
  clientAddress,
  networkOf,
  publicAddressOf,
  recordClientAddresses,
} from '#lib/auth/client-address.ts'
import { becomeSite } from '../../support/server-env.ts'

const peer = '192.0.2.1'

describe('the address of the reader, for a bid request (P20)', () => {
  it.each([
    ['203.0.113.9', 1, '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9:51234', 1, '203.0.113.9'],
    ['203.0.113.9, 10.0.0.1', 2, '203.0.113.9'],
    ['2001:0DB8:1:2::9', 1, '2001:db8:1:2::9'],
    ['[2001:db8:1:2::9]:443', 1, '2001:db8:1:2::9'],
    ['::ffff:203.0.113.9', 1, '203.0.113.9'],
    // Without a trusted proxy the header is the client's.
    ['203.0.113.9', 0, peer],
    [null, 0, peer],
    [null, 1, peer],
  ])('of X-Forwarded-For %j behind %i proxies is %s, unshortened', (forwarded, hops, expected) => {
    expect(publicAddressOf(forwarded, peer, hops)).toBe(expected)
  })

  it.each([
    '10.1.2.3',
    '127.0.0.1',
    '172.31.255.255',
    '192.168.0.9',
    '169.254.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    'fd00::1',
    'fe80::1%eth0',
    'ff02::1',
    'unknown',
    '',
  ])('is unknown for %j, and not replaced by the proxy’s', (entry) => {
    expect(publicAddressOf(entry, peer, 1)).toBeNull()
    expect(publicAddressOf(null, entry, 0)).toBeNull()
  })

  it.each(['172.32.0.1', '11.0.0.1', '100.128.0.1', '192.169.0.1', '2001:db8::1', '::ffff:8.8.8.8'])(
    'is accepted as %j',
    (entry) => expect(publicAddressOf(entry, peer, 1)).not.toBeNull(),
  )
})

describe('the address of the client', () => {
  it.each([
    ['203.0.113.9', 0, peer],
    [null, 0, peer],
    [null, 1, peer],
    ['203.0.113.9', 1, '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', 1, '203.0.113.9'],
    ['198.51.100.1,203.0.113.9 , 10.0.0.1', 2, '203.0.113.9'],
  ])('of X-Forwarded-For %j behind %i proxies is %s', (forwarded, hops, expected) => {
    expect(addressOf(forwarded, peer, hops)).toBe(expected)
  })

  it('with fewer entries than proxies is the first one', () => {
    expect(addressOf('198.51.100.1, 203.0.113.9', peer, 3)).toBe('198.51.100.1')
  })

  it.each([
    ['203.0.113.9', '203.0.113.0/24'],
    ['2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['0:0:0:0::/64', '0:0:0::/48'],
    ['unknown', 'unknown'],
  ])('the address %s counts as the network %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([
    '',
    ' ',
    ',',
    'unknown',
    '203.0.113',
    '203.0.113.256',
    '1:2',
    '[::1',
    'a.b.c.d:80',
    '[203.0.113.9',
    '\0',
  ])('with the invalid entry %j is the peer', (entry) => {
    expect(addressOf(`198.51.100.1, ${entry}`, peer, 1)).toBe(peer)
  })

  it.each([
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]', '2001:db8:1:2::/64'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:cb00:7109', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('with %s is counted as %s, as an entry and as the peer', (address, expected) => {
    expect(addressOf(address, peer, 1)).toBe(expected)
    expect(addressOf(null, address, 0)).toBe(expected)
  })

  it('in two IPv6 networks is counted separately', () => {
    expect(addressOf('2001:db8:1:3::9', peer, 1)).not.toBe(addressOf('2001:db8:1:2::9', peer, 1))
  })

  it('is unknown without any information', () => {
    expect(addressOf(null, null, 0)).toBe('unknown')
    expect(addressOf('x', '', 1)).toBe('unknown')
    expect(addressOf('203.0.113.9', null, 0)).toBe('unknown')
  })
})

describe('the client address that a request carries', () => {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    response.end('ok')
  })
  const port = () => (server.address() as AddressInfo).port
  const read = (headers: IncomingHttpHeaders) => clientAddress(new Headers(headers as Record<string, string>))

  beforeAll(async () => {
    becomeSite()
    recordClientAddresses()
    recordClientAddresses()
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(() => {
    server.close()
  })
  beforeEach(() => {
    seen.length = 0
  })

  /** Sends the requests on one connection without waiting for an answer. */
  async function pipeline(...requests: string[][]) {
    const socket = connect(port(), '127.0.0.1')
    const last = requests.length - 1
    for (const [index, lines] of requests.entries())
      socket.write(
        [
          'GET / HTTP/1.1',
          'Host: x',
          ...lines,
          `Connection: ${index === last ? 'close' : 'keep-alive'}`,
          '',
          '',
        ].join('\r\n'),
      )
    await text(socket)
    expect(seen).toHaveLength(requests.length)
  }

  it('is its peer’s address, whatever X-Forwarded-For contains', async () => {
    await pipeline([], ['X-Forwarded-For: 203.0.113.9'])
    expect(seen.map(read)).toEqual(['127.0.0.1', '127.0.0.1'])
  })

  it('cannot be set by the client, even with the name of the header', async () => {
    await pipeline([])
    const name = Object.keys(seen[0] ?? {}).find((key) => key.startsWith('x-peer-')) ?? ''
    expect(name).toMatch(/^x-peer-[0-9a-f]{32}$/)
    seen.length = 0
    await pipeline(
      [`${name}: 203.0.113.9`],
      [`${name.toUpperCase()}: 203.0.113.9`, `${name}: 203.0.113.10`],
      ['X-Peer: 203.0.113.9'],
      [`Connection: keep-alive, ${name}`],
    )
    expect(seen.map(read)).toEqual(Array(4).fill('127.0.0.1'))
  })

  it('is unknown to another process', async () => {
    await pipeline([])
    const [theirs] = seen
    becomeSite()
    expect(read(theirs ?? {})).toBe('unknown')
  })
})
