import { describe, expect, it } from 'vitest'
import { asDsp, asSharer, bearer, envelope, operatorAt, post, read, sealedCall, setFaults } from './client.ts'

const GENERATE = '/v2/token/generate'

describe('who may call', () => {
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

  it.each(roles)('%s: publisher %d, DSP %d, sharer %d, anybody else 401', async (path, ...statuses) => {
    const { operator } = operatorAt()
    const ask = (headers: object) => operator.handle(post(path, 'rubbish', { ...headers }))
    const replies = await Promise.all([bearer(), bearer(asDsp.key), bearer(asSharer.key)].map(ask))
    expect(replies.map(({ status }) => status)).toEqual(statuses)
    for (const reply of [...replies, await ask({})]) {
      if (reply.status === 401) expect(reply.body).toBe('{"status":"unauthorized"}')
    }
    expect((await ask({})).status).toBe(path === '/v2/token/refresh' ? 400 : 401)
  })
})

describe('every other request', () => {
  const noSuchPage = '<html><body><h1>Resource not found</h1></body></html>'

  it.each([
    ['GET', '/ops/healthcheck', 200, 'OK'],
    ['POST', '/v2/token/client-generate', 404, noSuchPage],
    ['POST', '/v1/token/generate', 404, noSuchPage],
    ['GET', '/', 404, noSuchPage],
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
    'has no faults under %s, so that a mount can withhold them',
    async (path) => expect((await operatorAt().operator.handle(post(path, '{}'))).status).toBe(404),
  )
})

describe('optout/status', () => {
  const STATUS = '/v2/optout/status'

  it('knows of no opt-out', async () => {
    for (const caller of [asDsp, asSharer]) {
      const payload = { advertising_ids: ['6bnjfis0XfGLD4gL3zNdHoUh07VHgiIWfcAksL4aLC4=', 12, null] }
      const answer = await sealedCall(operatorAt().operator, STATUS, payload, caller)
      expect(answer).toEqual({ status: 'success', body: { opted_out: [] } })
    }
  })

  it.each([
    ['', 'Invalid request body'],
    ['{}', 'Required Parameter Missing: advertising_ids'],
    ['{"advertising_ids":null}', 'Required Parameter Missing: advertising_ids'],
    [JSON.stringify({ advertising_ids: Array(5001).fill('x') }), 'Request payload is too large'],
  ])('refuses %.30s', async (json, message) => {
    const body = envelope(json, asDsp).bytes.toString('base64')
    const reply = await operatorAt().operator.handle(post(STATUS, body, bearer(asDsp.key)))
    expect(reply.status).toBe(400)
    expect(JSON.parse(read(reply))).toEqual({ status: 'client_error', message })
  })

  it('takes 5000 at once', async () => {
    const payload = { advertising_ids: Array(5000).fill('x') }
    expect((await sealedCall(operatorAt().operator, STATUS, payload, asDsp)).status).toBe('success')
  })
})

describe('the counters', () => {
  it('count every key endpoint as key, and of the others none', async () => {
    const { operator } = operatorAt()
    for (const path of ['/v2/key/bidstream', '/v2/key/sharing', '/v2/key/latest', '/v2/optout/status']) {
      await operator.handle(post(path, ''))
    }
    await operator.handle(post('/v2/token/logout', ''))
    const reply = await operator.handle({ method: 'GET', path: '/faults', headers: {}, body: Buffer.of() })
    expect(JSON.parse(read(reply)).calls).toEqual({ generate: 0, refresh: 0, validate: 0, key: 3 })
  })

  it('leave the uncounted out of all faults but those on everything', async () => {
    const { operator } = operatorAt()
    const status = async () => (await operator.handle(post('/v2/optout/status', ''))).status
    await setFaults(operator, { faults: [{ on: 'key', status: 503 }] })
    expect(await status()).toBe(401)
    await setFaults(operator, { faults: [{ on: 'all', status: 503 }] })
    expect(await status()).toBe(503)
  })
})
