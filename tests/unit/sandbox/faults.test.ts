import { describe, expect, it } from 'vitest'
import type { Operator } from '#lib/sandbox/operator/operator.ts'
import { generate, operatorAt, post, read, refresh, sealedCall, setFaults, T0 } from './client.ts'

const report = async (operator: Operator) =>
  JSON.parse(read(await operator.handle({ method: 'GET', path: '/faults', headers: {}, body: Buffer.of() })))
const ping = (operator: Operator, gone?: AbortSignal) => operator.handle(post('/v2/token/refresh', 'x'), gone)

/** 'held' as long as the promise does not settle by itself. */
async function within(ms: number, promise: Promise<unknown>): Promise<string> {
  const timer = new Promise<string>((resolve) => setTimeout(() => resolve('held'), ms))
  return Promise.race([promise.then(() => 'settled'), timer])
}

const defaults = { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 86_400_000 }

describe('the faults contract', () => {
  it('reports lifetimes, faults and calls', async () => {
    const { operator } = operatorAt()
    expect(await report(operator)).toEqual({
      lifetimes: defaults,
      faults: [],
      calls: { generate: 0, refresh: 0, validate: 0, key: 0 },
    })
  })

  it('replaces lifetimes for tokens issued from then on', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { lifetimes: { identityMs: 5000, refreshFromMs: 1000 } })
    const identity = await generate(operator, { email: 'a@b.c' })
    expect(identity.identity_expires).toBe(T0 + 5000)
    expect(identity.refresh_from).toBe(T0 + 1000)
    expect(identity.refresh_expires).toBe(T0 + 86_400_000)
    await setFaults(operator, {})
    expect((await report(operator)).lifetimes).toEqual(defaults)
  })

  it('counts every call that arrives, faulted, refused or not', async () => {
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

  it('uses a fault up after its times, then the next one', async () => {
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

  it('touches only what it names', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'generate', status: 500 }] })
    expect((await ping(operator)).status).toBe(400)
    await expect(generate(operator, { email: 'a@b.c' })).rejects.toThrow('500')
  })

  it('answers with the real 401 body, and with plain text for what a load balancer says', async () => {
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

  it('makes readers opted out on request', async () => {
    const { operator } = operatorAt()
    const identity = await generate(operator, { email: 'a@b.c' })
    await setFaults(operator, { faults: [{ on: 'all', kind: 'optout' }] })
    expect(await sealedCall(operator, '/v2/token/generate', { email: 'a@b.c' })).toEqual({ status: 'optout' })
    expect(await refresh(operator, identity)).toEqual({ status: 'optout' })
  })

  it('answers garbage with a 200', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'all', kind: 'garbage' }] })
    const reply = await ping(operator)
    expect(reply.status).toBe(200)
    expect(() => JSON.parse(read(reply))).toThrow()
  })

  it('delays by the latency, and clearing cuts the delay short', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'refresh', latencyMs: 40 }] })
    const begun = performance.now()
    await ping(operator)
    expect(performance.now() - begun).toBeGreaterThanOrEqual(38)
    await setFaults(operator, { faults: [{ on: 'refresh', latencyMs: 60_000 }] })
    const delayed = ping(operator)
    expect(await within(30, delayed)).toBe('held')
    await setFaults(operator, {})
    expect((await delayed).status).toBe(400)
  })

  it('holds a hanging call until the faults are cleared or replaced, then gives every ordinary answer', async () => {
    const { operator } = operatorAt()
    const identity = await generate(operator, { email: 'a@b.c' })
    for (const next of [{}, { faults: [{ on: 'generate', kind: 'hang' }] }]) {
      await setFaults(operator, { faults: [{ on: 'refresh', kind: 'hang' }] })
      const held = [refresh(operator, identity), refresh(operator, identity)]
      expect(await within(30, Promise.race(held))).toBe('held')
      await setFaults(operator, next)
      for (const { status } of await Promise.all(held)) expect(status).toBe('success')
    }
  })

  it('lets a hanging call go when its client has gone', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'refresh', kind: 'hang' }] })
    const client = new AbortController()
    const held = ping(operator, client.signal)
    expect(await within(30, held)).toBe('held')
    client.abort()
    expect(await within(1000, held)).toBe('settled')
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
  ])('refuses %s and keeps its state', async (body, error) => {
    const { operator } = operatorAt()
    await setFaults(operator, { lifetimes: { identityMs: 5000 } })
    const reply = await operator.handle(post('/faults', body))
    expect(reply.status).toBe(400)
    expect(JSON.parse(read(reply))).toEqual({ error, message: expect.stringMatching(/./) })
    expect((await report(operator)).lifetimes.identityMs).toBe(5000)
  })
})
