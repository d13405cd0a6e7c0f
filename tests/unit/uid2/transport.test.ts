import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createUid2Client, type Uid2Client } from '#lib/uid2/index.ts'
import { toBase64 } from '../../conformance/bytes.ts'
import { identity, rejection, secret } from '../../conformance/operator.ts'
import { operator, plain } from './operator.ts'

const refresh = (client: Uid2Client, timeoutMs: number) =>
  rejection(client.refreshToken(identity, { timeoutMs }))

/** A promise that a test resolves. */
function signal(): { happened: Promise<void>; happen: () => void } {
  let happen = () => {}
  const happened = new Promise<void>((resolve) => {
    happen = resolve
  })
  return { happened, happen }
}

describe('a call ends in time (U4)', () => {
  it('when the operator never answers, by the time-out of the call before that of the client', async () => {
    const { client } = await operator(() => {}, { timeoutMs: 60_000 })
    expect(await refresh(client, 60)).toMatchObject({ code: 'timeout', transient: true })
  })

  it('when the body hangs after its headers and first bytes', async () => {
    const { client } = await operator((response) => response.writeHead(200).write('AAAA'))
    expect(await refresh(client, 60)).toMatchObject({ code: 'timeout' })
  })

  it('by the time-out of the client when the call has none', async () => {
    const { client } = await operator(() => {}, { timeoutMs: 30 })
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'timeout' })
  })
})

describe('the caller can abort', () => {
  it('before the call: nothing is sent', async () => {
    const { client, seen } = await operator(plain(500, ''))
    const error = await rejection(client.refreshToken(identity, { signal: AbortSignal.abort('why') }))
    expect(error).toMatchObject({ code: 'aborted', cause: 'why' })
    expect(seen).toEqual([])
  })

  it('during the call: the connection is closed', async () => {
    const abort = new AbortController()
    const closed = signal()
    const { client } = await operator((response) => {
      response.on('close', closed.happen)
      abort.abort()
    })
    expect(await rejection(client.refreshToken(identity, { signal: abort.signal }))).toMatchObject({
      code: 'aborted',
    })
    await closed.happened
  })
})

describe('a connection that fails is reported', () => {
  it('when nothing listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const client = createUid2Client({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: 'k',
      clientSecret: toBase64(secret),
    })
    const error = await rejection(client.refreshToken(identity))
    expect(error).toMatchObject({ code: 'network', transient: true, cause: expect.any(Error) })
  })

  it('when the operator resets it', async () => {
    const { client } = await operator((response) => response.destroy())
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'network' })
  })

  it('when the operator resets it in the middle of the body', async () => {
    const { client } = await operator((response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('AAAA', () => response.destroy())
    })
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'network' })
  })
})

describe('replies that are not read', () => {
  it.each([200, 400, 502])('more than 64 kB with HTTP %i', async (status) => {
    const { client } = await operator(plain(status, 'A'.repeat(64 * 1024 + 1)))
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'response_too_large', transient: true })
  })

  it('a body without end is dropped while it streams', async () => {
    const closed = signal()
    const { client } = await operator((response) => {
      const timer = setInterval(() => response.write('A'.repeat(16 * 1024)), 1)
      response.on('close', () => {
        clearInterval(timer)
        closed.happen()
      })
    })
    expect(await refresh(client, 5_000)).toMatchObject({ code: 'response_too_large' })
    await closed.happened
  })

  it('exactly 64 kB are read', async () => {
    const { client } = await operator(plain(200, 'A'.repeat(64 * 1024)))
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'undecryptable' })
  })

  it('a redirect is not followed, because the API key would go along', async () => {
    const elsewhere = await operator(plain(200, ''))
    const { client } = await operator(plain(302, '', { Location: elsewhere.baseUrl }))
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'redirected', httpStatus: 302 })
    expect(elsewhere.seen).toEqual([])
  })
})
