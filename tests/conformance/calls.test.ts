import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hang, identity, operator, plain, rejection, sealed, sealedRefresh } from './operator.ts'

function fakeTimers(): void {
  onTestFinished(() => void vi.useRealTimers())
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}

describe('a call ends in time (U4)', () => {
  it('also when the fetch function ignores its abort signal', async () => {
    const { client } = operator(hang)
    expect(await rejection(client.refreshToken(identity, { timeoutMs: 20 }))).toMatchObject({
      code: 'timeout',
      transient: true,
    })
  })

  it('after 1500 ms by default', async () => {
    fakeTimers()
    const { client } = operator(hang)
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

describe('a finished call', () => {
  it('leaves no timer behind', async () => {
    fakeTimers()
    const { client } = operator(plain(503, ''))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'server_error' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('starts no retry when its last fetch fails after an ignored abort', async () => {
    fakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const abort = new AbortController()
    let fail = () => {}
    let sent = () => {}
    const sending = new Promise<void>((resolve) => {
      sent = resolve
    })
    const { client } = operator(
      () =>
        new Promise((_, reject) => {
          fail = () => reject(new TypeError('fetch failed'))
          sent()
        }),
      { retries: 5, timeoutMs: 20_000 },
    )
    const ended = rejection(client.refreshToken(identity, { signal: abort.signal }))
    await sending
    abort.abort()
    expect(await ended).toMatchObject({ code: 'aborted' })
    fail()
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    const { client } = operator(sealedRefresh({ status: 'optout' }))
    await client.refreshToken(identity, { signal })
    // Ours is the only listener, and it is removed; fetch listens to a signal of the call alone.
    expect(add).toHaveBeenCalledTimes(1)
    expect(remove).toHaveBeenCalledWith('abort', add.mock.calls[0]?.[1])
  })
})

describe('the caller can abort', () => {
  it('before the call: nothing is sent', async () => {
    const { client, seen } = operator(plain(500, ''))
    const error = await rejection(client.refreshToken(identity, { signal: AbortSignal.abort('why') }))
    expect(error).toMatchObject({ code: 'aborted', cause: 'why' })
    expect(seen).toEqual([])
  })

  it('during the call, whatever the fetch does', async () => {
    const abort = new AbortController()
    const { client } = operator(() => {
      abort.abort()
      return hang({} as never)
    })
    expect(await rejection(client.refreshToken(identity, { signal: abort.signal }))).toMatchObject({
      code: 'aborted',
    })
  })
})

describe('an unread body is cancelled', () => {
  it.each([
    ['of a redirect', 302, 'redirected'],
    ['without end', 200, 'response_too_large'],
  ])('%s', async (_, status, code) => {
    const cancel = vi.fn()
    const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(4096))
    const { client } = operator(() => new Response(new ReadableStream({ pull, cancel }), { status }))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code })
    expect(cancel).toHaveBeenCalledTimes(1)
  })
})

describe('a body of exactly 64 kB is read', () => {
  it.each([1, 64, 65_536])('in %i pieces', async (pieces) => {
    const piece = new Uint8Array(65_536 / pieces).fill(0x41)
    let left = pieces
    const pull = (controller: ReadableStreamDefaultController) =>
      left-- > 0 ? controller.enqueue(piece) : controller.close()
    const { client } = operator(() => new Response(new ReadableStream({ pull })), { timeoutMs: 20_000 })
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'undecryptable' })
  })
})

describe('the client', () => {
  it('imports its secret once', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey')
    const { client } = operator(plain(503, ''))
    const email = { email: 'reader@example.com' }
    await Promise.all([1, 2].map(() => rejection(client.generateToken(email))))
    await rejection(client.generateToken(email))
    expect(importKey).toHaveBeenCalledTimes(1)
  })

  it('reports a browser’s opaque redirect as a redirect', async () => {
    const opaque = Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })
    const { client } = operator(() => opaque)
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'redirected' })
  })

  it('matches 50 parallel calls with their replies', async () => {
    const { client } = operator(sealed({ status: 'success', body: true }))
    const calls = Array.from({ length: 50 }, (_, i) =>
      client.validateToken('AT', { email: `r${i}@example.com` }),
    )
    expect(await Promise.all(calls)).toEqual(calls.map(() => true))
  })
})
