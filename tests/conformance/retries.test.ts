import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { withRetries } from '#lib/uid2/attempts.ts'
import { createUid2Client, Uid2Error } from '#lib/uid2/index.ts'
import { toBase64 } from './bytes.ts'
import {
  type Answer,
  apiKey,
  hang,
  identity,
  openRequest,
  operator,
  plain,
  rejection,
  sealed,
  secret,
} from './operator.ts'

const email = { email: 'reader@example.com' }
const fail: Answer = plain(503, '')
const disconnect: Answer = () => Promise.reject(new TypeError('fetch failed'))

/** Answers in turn, then repeats the last answer. */
function inTurn(...answers: Answer[]): Answer {
  return (seen) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return (answer ?? hang)(seen)
  }
}

describe('a transient fault is retried', () => {
  it.each([
    ['an HTTP 503', fail],
    ['a broken connection', disconnect],
    ['too many requests', plain(429, '')],
  ])('%s', async (_, fault) => {
    const { client, seen } = operator(inTurn(fault, fault, sealed({ status: 'optout' })), {
      retries: 2,
      timeoutMs: 20_000,
    })
    expect(await client.generateToken(email)).toEqual({ status: 'optout' })
    expect(seen).toHaveLength(3)
  })

  it('each time with a fresh envelope (U14)', async () => {
    let now = 1_767_225_600_000
    const { client, seen } = operator(inTurn(fail, fail, sealed({ status: 'optout' })), {
      retries: 2,
      timeoutMs: 20_000,
      now: () => now++,
    })
    await client.generateToken(email)
    const requests = await Promise.all(seen.map(({ body }) => openRequest(body)))
    expect(new Set(seen.map(({ body }) => body)).size).toBe(3)
    expect(new Set(requests.map(({ nonce }) => String(nonce))).size).toBe(3)
    const times = requests.map(({ time }) => time)
    expect(times).toEqual(times.toSorted())
    expect(new Set(times).size).toBe(3)
  })

  it('twice by default, and is then reported', async () => {
    let calls = 0
    const client = createUid2Client({
      baseUrl: 'https://operator.example',
      apiKey,
      clientSecret: toBase64(secret),
      timeoutMs: 20_000,
      fetch: async () => {
        calls++
        return new Response('', { status: 503 })
      },
    })
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'server_error' })
    expect(calls).toBe(3)
  })
})

describe('a failure that a retry cannot fix is not retried', () => {
  it.each<[string, Answer, string]>([
    ['a refused key', plain(401, { status: 'unauthorized' }), 'unauthorized'],
    ['a refused request', plain(400, { status: 'client_error' }), 'client_error'],
    ['a wrong clock', plain(400, { status: 'client_error', message: 'Invalid timestamp: no' }), 'clock_skew'],
    ['a redirect', plain(302, '', { Location: '/' }), 'redirected'],
    ['an answer that is not the protocol', plain(200, '<html>'), 'bad_response'],
    ['an answer with another key', plain(200, 'A'.repeat(200)), 'undecryptable'],
    ['a new status', sealed({ status: 'new_status' }), 'unexpected_status'],
    ['no answer at all', hang, 'timeout'],
  ])('%s', async (_, answer, code) => {
    const { client, seen } = operator(answer, { retries: 5, timeoutMs: code === 'timeout' ? 50 : 20_000 })
    expect(await rejection(client.generateToken(email))).toMatchObject({ code })
    expect(seen).toHaveLength(1)
  })

  it('an opt-out is not retried', async () => {
    const { client, seen } = operator(sealed({ status: 'optout' }), { retries: 5 })
    await client.generateToken(email)
    expect(seen).toHaveLength(1)
  })

  it('an invalid argument is refused at once, and nothing is sent', async () => {
    const { client, seen } = operator(fail, { retries: 5 })
    expect(await rejection(client.generateToken({ email: 'nobody' }))).toBeInstanceOf(TypeError)
    expect(seen).toEqual([])
  })
})

describe('the deadline holds for all attempts together', () => {
  it('a pause longer than the time left is not begun', async () => {
    const { client, seen } = operator(plain(429, '', { 'Retry-After': '60' }), {
      retries: 5,
      timeoutMs: 20_000,
    })
    expect(await rejection(client.refreshToken(identity))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 60_000,
    })
    expect(seen).toHaveLength(1)
  })

  it.each([
    [299, 2],
    [300, 1],
    [301, 1],
  ])('with 300 ms left, a pause of %i ms makes it %i attempts', async (retryAfterMs, attempts) => {
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const attempt = vi.fn(() => Promise.reject(new Uid2Error('rate_limited', 'no', { retryAfterMs })))
    const deadline = { stop: new AbortController().signal, remaining: () => 300 }
    const ended = rejection(withRetries(attempt, 1, deadline, () => 0))
    await vi.runAllTimersAsync()
    await ended
    expect(attempt).toHaveBeenCalledTimes(attempts)
  })

  it('a second attempt that hangs ends at the deadline', async () => {
    const { client } = operator(inTurn(disconnect, hang), { retries: 5, timeoutMs: 400 })
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'timeout' })
  })

  it('an abort ends a pause, and leaves no timer', async () => {
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const abort = new AbortController()
    let sent = () => {}
    const first = new Promise<void>((resolve) => {
      sent = resolve
    })
    const answer: Answer = () => {
      sent()
      return new Response('', { status: 429, headers: { 'Retry-After': '9' } })
    }
    const { client, seen } = operator(answer, { retries: 5, timeoutMs: 20_000 })
    const ended = rejection(client.refreshToken(identity, { signal: abort.signal }))
    await first
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(2))
    abort.abort()
    expect(await ended).toMatchObject({ code: 'aborted' })
    expect(vi.getTimerCount()).toBe(0)
    expect(seen).toHaveLength(1)
  })
})

describe('pauses', () => {
  const pausesWith = async (random: number, details = {}) => {
    const pauses: number[] = []
    const timeout = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
      pauses.push(ms)
      queueMicrotask(run)
    }) as never)
    const deadline = { stop: new AbortController().signal, remaining: () => 1e9 }
    const error = new Uid2Error('server_error', 'no', details)
    await rejection(
      withRetries(
        () => Promise.reject(error),
        7,
        deadline,
        () => random,
      ),
    )
    timeout.mockRestore()
    return pauses
  }

  it('double with each attempt, up to two seconds', async () => {
    expect(await pausesWith(1)).toEqual([100, 200, 400, 800, 1600, 2000, 2000])
  })

  it('are random from 0 on, so that callers who failed together do not retry together', async () => {
    expect(await pausesWith(0.25)).toEqual([25, 50, 100, 200, 400, 500, 500])
  })

  it('are never shorter than the operator asked for', async () => {
    expect(await pausesWith(0.5, { retryAfterMs: 300 })).toEqual([300, 300, 300, 400, 800, 1000, 1000])
  })
})
