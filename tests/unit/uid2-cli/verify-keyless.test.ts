import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { cli } from './cli.ts'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
afterAll(() => operator.close())

const validateNothing = createServer(async (request, response) => {
  const body = await buffer(request)
  if (request.url?.endsWith('/validate')) {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"status":"client_error","message":"Unauthorised to validate token"}')
    return
  }
  const { authorization = '' } = request.headers
  const reply = await fetch(`${operator.env.UID2_BASE_URL}${request.url}`, {
    method: 'POST',
    headers: { authorization },
    body,
  })
  response.writeHead(reply.status).end(await reply.text())
})
beforeAll(() => once(validateNothing.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => validateNothing.close())

describe('a site without an encryption key of its own, whose tokens operators do not validate', () => {
  it('is reported, and its right token is not called wrong', async () => {
    const person = 'Reader@example.com'
    const { port } = validateNothing.address() as AddressInfo
    const env = { ...operator.env, UID2_BASE_URL: `http://127.0.0.1:${port}` }
    const { json: generated } = await cli(['generate', person, '--json'], { env })
    const { advertising_token: token } = generated.identity as { advertising_token: string }

    const { code, json } = await cli(['verify', '--email', person, '--token', token, '--json'], { env })
    expect([code, json.faults]).toEqual([3, 0])
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'validate', level: 'warning' }))
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'token', level: 'unknown' }))
  })
})
