import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { publisher } from '#lib/sandbox/operator/credentials.ts'
import { type RunningOperator, startOperator } from '#lib/sandbox/operator/node.ts'
import { handleWeb } from '#lib/sandbox/operator/web.ts'
import { bearer, envelope, gcmOpen, operatorAt, report, setFaults } from './client.ts'

const sealed = () => envelope('{"email":"a@b.c"}', { at: Date.now() })
const isSealedSuccess = (body: Buffer) =>
  JSON.parse(gcmOpen(publisher.clientSecret, body).subarray(16).toString()).status === 'success'

describe('the operator on a port of its own', () => {
  let running: RunningOperator
  beforeEach(async () => {
    running = await startOperator()
  })
  afterEach(() => running.close())

  const generate = (body: string | Buffer<ArrayBuffer>, type?: string) =>
    fetch(`${running.baseUrl}/v2/token/generate?client=test`, {
      method: 'POST',
      headers: { ...bearer(), ...(type ? { 'content-type': type } : {}) },
      body,
    })

  it('reads the raw body under any content type', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/plain']) {
      const response = await generate(sealed().bytes.toString('base64'), type)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain'])
      expect(isSealedSuccess(Buffer.from(await response.text(), 'base64'))).toBe(true)
    }
  })

  it('sends no Date, and no content type with answers of the framework', async () => {
    for (const path of ['/ops/healthcheck', '/v2/token/refresh']) {
      const response = await fetch(running.baseUrl + path)
      expect(response.headers.has('date')).toBe(false)
      expect(response.headers.has('content-type')).toBe(false)
    }
    expect((await generate('x')).headers.has('date')).toBe(false)
  })

  it('carries binary in both directions', async () => {
    const response = await generate(Buffer.from(sealed().bytes), 'application/octet-stream')
    expect(isSealedSuccess(Buffer.from(await response.arrayBuffer()))).toBe(true)
  })

  it('refuses a body over 1 MiB with a text', async () => {
    const response = await generate('A'.repeat(1024 * 1024 + 10))
    expect([response.status, await response.text()]).toEqual([413, 'Request Too Long'])
  })

  it.each([
    ['//v2/token/generate', 400],
    ['/v2/token/generate/?client=x', 400],
    ['//', 404],
    ['/%', 404],
    ['/v2/%zz', 404],
    ['/v2/token/%00', 404],
    ['/?a=//', 404],
    ['*', 404],
    ['http://elsewhere.example/v2/token/generate', 400],
  ])('answers a request for %s with %d', async (target, status) => {
    expect(await statusOf(running, target)).toBe(status)
  })

  it('resets the socket before any header', async () => {
    await setFaults(running.operator, { faults: [{ on: 'generate', kind: 'reset', times: 1 }] })
    await expect(generate('x')).rejects.toThrow('fetch failed')
    expect((await generate('x')).status).toBe(400)
  })

  it('serves the faults contract', async () => {
    const url = `${running.baseUrl}/faults`
    await fetch(url, { method: 'POST', body: '{"faults":[{"on":"generate","kind":"hang"}]}' })
    const held = generate('x')
    await expect.poll(async () => (await (await fetch(url)).json()).calls.generate).toBe(1)
    await fetch(url, { method: 'POST', body: '{}' })
    expect((await held).status).toBe(400)
  })

  it('closes while calls hang', async () => {
    await setFaults(running.operator, { faults: [{ on: 'all', kind: 'hang' }] })
    const held = generate('x').catch(() => 'broken off')
    await expect.poll(async () => (await report(running.operator)).calls.generate).toBe(1)
    await running.close()
    expect(await held).toBe('broken off')
    running = await startOperator()
  })
})

/** `node:http` sends the target as it is. */
function statusOf(running: RunningOperator, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(running.baseUrl)
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method: 'POST', headers: bearer() }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.once('error', reject)
    sent.end('x')
  })
}

describe('the operator on web requests', () => {
  const url = 'http://localhost/sandbox/operator/v2/token/generate'
  const request = (init: RequestInit) => new Request(url, { method: 'POST', headers: bearer(), ...init })

  it('answers as on a port', async () => {
    const { operator, clock } = operatorAt()
    clock.now = Date.now()
    const body = sealed().bytes.toString('base64')
    const response = await handleWeb(operator, request({ body }), '/v2/token/generate')
    expect(isSealedSuccess(Buffer.from(await response.text(), 'base64'))).toBe(true)
    const refused = await handleWeb(operator, request({}), '/v2/token/generate')
    expect([refused.status, (await refused.json()).message]).toEqual([400, 'Invalid body: Body is missing.'])
  })

  it('answers a preflight without a body', async () => {
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
    const preflight = new Request(url, { method: 'OPTIONS', headers })
    const response = await handleWeb(operatorAt().operator, preflight, '/v2/token/refresh')
    expect([response.status, response.body]).toEqual([204, null])
  })

  it('breaks off the body where it cannot reset the socket', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'all', kind: 'reset' }] })
    const response = await handleWeb(operator, request({ body: 'x' }), '/v2/token/generate')
    await expect(response.text()).rejects.toThrow()
  })

  it('ends a hanging call when the request is aborted', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { faults: [{ on: 'all', kind: 'hang' }] })
    const client = new AbortController()
    const held = handleWeb(operator, request({ body: 'x', signal: client.signal }), '/v2/token/generate')
    await expect.poll(async () => (await report(operator)).calls.generate).toBe(1)
    client.abort()
    expect((await held).status).toBe(400)
  })
})
