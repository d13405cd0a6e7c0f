import { describe, expect, it } from 'vitest'
import { asDsp, asSharer, bearer, operatorAt, post, report, setFaults } from './client.ts'

const GENERATE = '/v2/token/generate'

describe('the callers of a path', () => {
  const roles: [path: string, publisher: number, dsp: number, sharer: number][] = [
    [GENERATE, 400, 401, 401],
    ['/v2/token/validate', 400, 401, 401],
    ['/v2/token/refresh', 400, 400, 400],
    ['/v2/key/bidstream', 401, 400, 401],
    ['/v2/key/latest', 401, 400, 401],
    ['/v2/key/sharing', 401, 400, 400],
    ['/v2/optout/status', 401, 400, 400],
    ['/v2/token/logout', 401, 401, 401],
    ['/v2/identity/map', 401, 401, 401],
    ['/v3/identity/map', 401, 401, 401],
    ['/v2/identity/buckets', 401, 401, 401],
  ]

  it.each(roles)('%s: publisher %d, DSP %d, sharer %d, others 401', async (path, ...statuses) => {
    const { operator } = operatorAt()
    const call = (headers: object) => operator.handle(post(path, 'rubbish', { ...headers }))
    const replies = await Promise.all([bearer(), bearer(asDsp.key), bearer(asSharer.key)].map(call))
    expect(replies.map(({ status }) => status)).toEqual(statuses)
    for (const reply of [...replies, await call({})]) {
      if (reply.status === 401) expect(reply.body).toBe('{"status":"unauthorized"}')
    }
    expect((await call({})).status).toBe(path === '/v2/token/refresh' ? 400 : 401)
  })
})

describe('every other request', () => {
  const notFoundPage = '<html><body><h1>Resource not found</h1></body></html>'

  it.each([
    ['GET', '/ops/healthcheck', 200, 'OK'],
    ['POST', '/v2/token/client-generate', 404, notFoundPage],
    ['POST', '/v1/token/generate', 404, notFoundPage],
    ['GET', '/', 404, notFoundPage],
    ['GET', GENERATE, 405, ''],
    ['PUT', '/v2/key/sharing', 405, ''],
    ['OPTIONS', GENERATE, 405, ''],
    ['POST', '/ops/healthcheck', 405, ''],
  ])('%s %s is %d', async (method, path, status, body) => {
    const reply = await operatorAt().operator.handle({ method, path, headers: {}, body: Buffer.of() })
    expect([reply.status, reply.body]).toEqual([status, body])
    if (status === 405) expect(reply.headers.allow).toBe(path === '/ops/healthcheck' ? 'GET' : 'POST')
  })

  it.each([
    '//v2/token/generate',
    '/v2/token/generate/',
    '/v2/./x/../token/generate',
    '/v2/token/%67enerate',
  ])('finds generate under %s', async (path) =>
    expect((await operatorAt().operator.handle(post(path, ''))).status).toBe(401),
  )

  it.each(['/v2/token/generate/x', '/V2/token/generate', '/v2%2Ftoken/generate', '/../..', '/v2/token/%zz'])(
    'finds nothing under %s',
    async (path) => expect((await operatorAt().operator.handle(post(path, ''))).status).toBe(404),
  )

  it.each(['//faults', '/faults/', '/./faults', '/%66aults'])(
    'has no faults under %s, so that a mount can hide them',
    async (path) => expect((await operatorAt().operator.handle(post(path, '{}'))).status).toBe(404),
  )
})

describe('the counters', () => {
  it('count every key endpoint as key, and no other endpoint', async () => {
    const { operator } = operatorAt()
    for (const path of ['/v2/key/bidstream', '/v2/key/sharing', '/v2/key/latest', '/v2/optout/status']) {
      await operator.handle(post(path, ''))
    }
    await operator.handle(post('/v2/token/logout', ''))
    expect((await report(operator)).calls).toEqual({ generate: 0, refresh: 0, validate: 0, key: 3 })
  })

  it('leave other endpoints out of all faults but those on all calls', async () => {
    const { operator } = operatorAt()
    const status = async () => (await operator.handle(post('/v2/optout/status', ''))).status
    await setFaults(operator, { faults: [{ on: 'key', status: 503 }] })
    expect(await status()).toBe(401)
    await setFaults(operator, { faults: [{ on: 'all', status: 503 }] })
    expect(await status()).toBe(503)
  })
})
