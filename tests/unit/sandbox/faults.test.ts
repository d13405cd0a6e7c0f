import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Operator } from '#lib/sandbox/operator/operator.ts'
import { generate, operatorAt, post, read, refresh, report, sealedCall, setFaults, T0 } from './client.ts'

const ping = (operator: Operator, gone?: AbortSignal) => operator.handle(post('/v2/token/refresh', 'x'), gone)

/** Whether the promise settles within `ms` of the test's clock. */
async function settles(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await vi.advanceTimersByTimeAsync(ms)
  return settled
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const defaults = { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 86_400_000 }

describe('faults', () => {
  it('are reported with lifetimes and calls', async () => {
    const { operator } = operatorAt()
    expect(await report(operator)).toEqual({
      lifetimes: defaults,
      faults: [],
      calls: { generate: 0, refresh: 0, validate: 0, key: 0 },
    })
  })

  it('come with lifetimes for tokens issued from then on', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { lifetimes: { identityMs: 5000, refreshFromMs: 1000 } })
    const identity = await generate(operator, { email: 'a@b.c' })
    expect(identity.identity_expires).toBe(T0 + 5000)
    expect(identity.refresh_from).toBe(T0 + 1000)
    expect(identity.refresh_expires).toBe(T0 + 86_400_000)
    await setFaults(operator, {})
    expect((await report(operator)).lifetimes).toEqual(defaults)
  })

  it('leave every call counted, also with a refusal', async () => {
    const { operator } = operatorAt()
    await generate(operator, { email: 'a@b.c' })
    await setFaults(operator, { faults: [{ on: 'refresh', status: 503 }] })
    await ping(operator)
    await ping(operator)
    await operator.handle(post('/v2/key/bidstream', ''))
    await operator.handle(post('/v2/token/validate', ''))
    expect((await report(operator)).calls).toEqual({ generate: 1, refresh: 2, validate: 1, key: 1 })
    await setFaults(operator, {})
    expect((await report(operator)).calls).toEqual({ generate: 0, refresh: 0, validate: 0, key: 0 })
  })

  it('end after their number of calls, and the next one follows', async () => {
    const { operator } = operatorAt()
    const faults = [
      { on: 'refresh', status: 503, times: 2 },
      { on: 'all', status: 429, times: 1 },
    ]
    await setFaults(operator, { faults })
    const seen: number[] = []
    for (let call = 0; call < 4; call++) seen.push((await ping(operator)).status)
    expect(seen).toEqual([503, 503, 429, 400])
    expect((await report(operator)).faults).toEqual([])
  })

  it('affect only the named calls', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'generate', status: 500 }] })
    expect((await ping(operator)).status).toBe(400)
    await expect(generate(operator, { email: 'a@b.c' })).rejects.toThrow('500')
  })

  it('answer with the real 401 body, and with plain text for errors of a load balancer', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, {
      faults: [
        { on: 'all', status: 401, times: 1 },
        { on: 'all', status: 502 },
      ],
    })
    expect((await ping(operator)).body).toBe('{"status":"unauthorized"}')
    expect((await ping(operator)).headers['content-type']).toBe('text/plain')
  })

  it('make readers opted out', async () => {
    const { operator } = operatorAt()
    const identity = await generate(operator, { email: 'a@b.c' })
    await setFaults(operator, { faults: [{ on: 'all', kind: 'optout' }] })
    expect(await sealedCall(operator, '/v2/token/generate', { email: 'a@b.c' })).toEqual({ status: 'optout' })
    expect(await refresh(operator, identity)).toEqual({ status: 'optout' })
  })

  it('answer garbage with a 200', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'all', kind: 'garbage' }] })
    const reply = await ping(operator)
    expect(reply.status).toBe(200)
    expect(() => JSON.parse(read(reply))).toThrow()
  })

  it('delay a call by their latency, until they are cleared', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'refresh', latencyMs: 40 }] })
    const slow = ping(operator)
    expect(await settles(39, slow)).toBe(false)
    expect(await settles(1, slow)).toBe(true)
    await setFaults(operator, { faults: [{ on: 'refresh', latencyMs: 60_000 }] })
    const delayed = ping(operator)
    expect(await settles(59_999, delayed)).toBe(false)
    await setFaults(operator, {})
    expect((await delayed).status).toBe(400)
  })

  it('hold a hanging call until they are cleared or replaced, then give the ordinary answer', async () => {
    const { operator } = operatorAt()
    const identity = await generate(operator, { email: 'a@b.c' })
    for (const next of [{}, { faults: [{ on: 'generate', kind: 'hang' }] }]) {
      await setFaults(operator, { faults: [{ on: 'refresh', kind: 'hang' }] })
      const held = [refresh(operator, identity), refresh(operator, identity)]
      expect(await settles(600_000, Promise.race(held))).toBe(false)
      await setFaults(operator, next)
      for (const { status } of await Promise.all(held)) expect(status).toBe('success')
    }
  })

  it('end a hanging call when its client disconnects', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'refresh', kind: 'hang' }] })
    const client = new AbortController()
    const held = ping(operator, client.signal)
    expect(await settles(600_000, held)).toBe(false)
    client.abort()
    expect((await held).status).toBe(400)
  })

  it.each([
    ['{', 'bad_json'],
    ['', 'bad_json'],
    ['[]', 'invalid'],
    ['null', 'invalid'],
    ['{"fault":[]}', 'invalid'],
    ['{"faults":[{"on":"logout"}]}', 'invalid'],
    ['{"faults":[{"on":"all","kind":"fire"}]}', 'invalid'],
    ['{"faults":[{"on":"all","times":0}]}', 'invalid'],
    ['{"lifetimes":{"identityMs":"1h"}}', 'invalid'],
  ])('refuse %s and stay as they are', async (body, error) => {
    const { operator } = operatorAt()
    await setFaults(operator, { lifetimes: { identityMs: 5000 } })
    const reply = await operator.handle(post('/faults', body))
    expect(reply.status).toBe(400)
    expect(JSON.parse(read(reply))).toEqual({ error, message: expect.stringMatching(/./) })
    expect((await report(operator)).lifetimes.identityMs).toBe(5000)
  })
})
