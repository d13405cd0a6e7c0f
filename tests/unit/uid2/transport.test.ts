import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createUid2Client, type Uid2Client } from '#lib/uid2/index.ts'
import { identity, operator, plain, rejection, sealed, sealedRefresh, secret } from './operator.ts'

const refresh = (client: Uid2Client, timeoutMs: number) =>
  rejection(client.refreshToken(identity, { timeoutMs }))

/** Something that a test waits for. */
function eventually(): { happened: Promise<void>; happen: () => void } {
  let happen = () => {}
  const happened = new Promise<void>((resolve) => {
    happen = resolve
  })
  return { happened, happen }
}

describe('a call ends in time (U4)', () => {
  it('when the operator never answers', async () => {
    const { client } = await operator(() => {})
    const begun = performance.now()
    expect(await refresh(client, 60)).toMatchObject({ code: 'timeout', transient: true })
    expect(performance.now() - begun).toBeLessThan(1_000)
  })

  it('when the body hangs after its headers and first bytes', async () => {
    const { client } = await operator((response) => response.writeHead(200).write('AAAA'))
    expect(await refresh(client, 60)).toMatchObject({ code: 'timeout' })
  })

  it('when a fetch of the caller ignores its signal', async () => {
    const { client } = await operator(() => {}, { fetch: () => new Promise(() => {}) })
    expect(await refresh(client, 20)).toMatchObject({ code: 'timeout' })
  })

  it('by the time-out of the client when the call has none', async () => {
    const { client } = await operator(() => {}, { timeoutMs: 30 })
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'timeout' })
  })

  it('after 1500 ms when nobody said otherwise', async () => {
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client } = await operator(() => {}, { fetch: () => new Promise(() => {}) })
    let ended: unknown
    rejection(client.refreshToken(identity)).then((error) => {
      ended = error
    })
    await vi.advanceTimersByTimeAsync(1_499)
    expect(ended).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toMatchObject({ code: 'timeout' })
  })
})

describe('a call that is over', () => {
  it('leaves no timer behind', async () => {
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const fetch = async () => new Response(null, { status: 503 })
    const { client } = await operator(() => {}, { fetch })
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'server_error' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the caller can abort', () => {
  it('before the call: nothing is sent', async () => {
    const { client, seen } = await operator(plain(500, ''))
    const error = await rejection(client.refreshToken(identity, { signal: AbortSignal.abort('why') }))
    expect(error).toMatchObject({ code: 'aborted', cause: 'why' })
    expect(seen).toEqual([])
  })

  it('during the call: the connection is let go', async () => {
    const abort = new AbortController()
    const closed = eventually()
    const { client } = await operator((response) => {
      response.on('close', closed.happen)
      abort.abort()
    })
    expect(await rejection(client.refreshToken(identity, { signal: abort.signal }))).toMatchObject({
      code: 'aborted',
    })
    await closed.happened
  })

  it('and a signal that outlives the call keeps no listener', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    const { client } = await operator(sealedRefresh({ status: 'optout' }))
    await client.refreshToken(identity, { signal })
    // One listener of ours, taken off again; fetch listens to a signal of the call alone.
    expect(add).toHaveBeenCalledTimes(1)
    expect(remove).toHaveBeenCalledWith('abort', add.mock.calls[0]?.[1])
  })
})

describe('connections that fail', () => {
  it('when nobody listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const client = createUid2Client({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: 'k',
      clientSecret: secret.toString('base64'),
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

describe('replies that are not worth reading', () => {
  it.each([200, 400, 502])('more than 64 kB with HTTP %i', async (status) => {
    const { client } = await operator(plain(status, 'A'.repeat(64 * 1024 + 1)))
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'response_too_large', transient: true })
  })

  it('a body without end is dropped while it streams', async () => {
    const closed = eventually()
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

  it('a redirect as browsers show it', async () => {
    const opaque = Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })
    const { client } = await operator(() => {}, { fetch: async () => opaque })
    expect(await refresh(client, 1_000)).toMatchObject({ code: 'redirected' })
  })
})

describe('the client', () => {
  it('imports its secret once', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey')
    const { client } = await operator(sealed({ status: 'optout' }))
    const email = { email: 'reader@example.com' }
    await Promise.all([client.generateToken(email), client.generateToken(email)])
    await client.generateToken(email)
    expect(importKey).toHaveBeenCalledTimes(1)
  })

  it('asks no cache', async () => {
    const fetch = vi.fn(async () => new Response(null, { status: 503 }))
    const { client } = await operator(() => {}, { fetch })
    await refresh(client, 1_000)
    expect(fetch).toHaveBeenCalledWith(
      expect.stringMatching(/\/v2\/token\/refresh$/),
      expect.objectContaining({ cache: 'no-store', redirect: 'manual' }),
    )
  })
})
