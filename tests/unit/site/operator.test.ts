import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { GET } from '#app/api/health/route.ts'
import { consentStore } from '#lib/consent/durable.ts'
import { env } from '#lib/env/env.ts'
import { createOperatorCalls } from '#lib/identity/operator-calls.ts'
import { createOperator } from '#lib/sandbox/operator/operator.ts'
import { sandboxDsp } from '#lib/shared/sandbox-credentials.ts'
import { operatorClient } from '#lib/site/operator-client.ts'
import { recordEvent } from '#lib/site/record-event.ts'
import { hashEmail } from '#lib/uid2/index.ts'
import { grant } from '#tests/support/core.ts'
import { type TestOperator, testOperator } from '../../support/operator.ts'
import { becomeSite } from '../../support/server-env.ts'

let uid2: TestOperator
let euid: TestOperator
beforeAll(async () => {
  uid2 = await testOperator()
  euid = await testOperator('euid')
})
afterAll(() => Promise.all([uid2.close(), euid.close()]))

/** The lines of the log since `configure`. */
let lines: Record<string, unknown>[] = []
function configure(variables: Record<string, string>): void {
  becomeSite(variables)
  lines = []
  const write = (line: string) => lines.push(JSON.parse(line))
  const key = Symbol.for('uid2-publisher.log')
  Object.assign(globalThis, { [key]: pino({ base: null, timestamp: false }, { write }) })
}
beforeEach(async () => {
  await uid2.set({})
  await euid.set({})
})
afterEach(() => vi.unstubAllGlobals())

async function generate(tcf?: string) {
  const email = `${randomBytes(6).toString('hex')}@example.com`
  const subject = { sub: 'demo:a', sid: 'sid', diiHash: await hashEmail(email) }
  await consentStore.recordChoice(subject, grant)
  const { product, operator } = env()
  const calls = createOperatorCalls({
    client: operatorClient(),
    store: consentStore,
    product,
    timeoutMs: operator.timeoutMs,
    name: product,
    emit: recordEvent,
  })
  return calls.generate(subject, { email }, tcf).promise
}

const health = async () => (await GET().json()) as Record<string, unknown>

/** An operator at every base URL, with a clock that is ahead of ours by this much. */
function operatorAhead(ms: number): void {
  const operator = createOperator({ now: () => Date.now() + ms })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const { status, body } = await operator.handle({
      method: 'POST',
      path: new URL(url).pathname,
      headers: Object.fromEntries(
        Object.entries(init.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: Buffer.from(init.body as string),
    })
    return new Response(typeof body === 'string' ? body : new Uint8Array(body), { status })
  })
}

describe('faults that only the publisher can fix have their own code in log and health', () => {
  const wrongSecret = Buffer.alloc(32, 1).toString('base64')
  it.each([
    [
      'wrong_key',
      () => ({ ...uid2.env, UID2_API_KEY: 'UID2-C-L-124-Abcdef.unknownToEveryOperatorOfTheWorld_____' }),
      401,
    ],
    [
      'missing_role',
      () => ({ ...uid2.env, UID2_API_KEY: sandboxDsp.apiKey, UID2_CLIENT_SECRET: sandboxDsp.clientSecret }),
      401,
    ],
    ['wrong_secret', () => ({ ...uid2.env, UID2_CLIENT_SECRET: wrongSecret }), 400],
    ['wrong_product', () => euid.env, undefined],
  ] as const)('%s (U20b)', async (code, variables, httpStatus) => {
    configure(variables())
    expect(await generate()).toEqual({ status: 'unavailable' })
    // Another call finds out the reason.
    await vi.waitFor(() => expect(lines).not.toEqual([]))
    expect(lines).toEqual([
      {
        level: 50,
        event: 'operator_misconfigured',
        code,
        ms: expect.any(Number),
        ...(httpStatus && { httpStatus }),
      },
    ])
    expect(await health()).toMatchObject({ operator: 'failing', operatorReason: code })
  })

  it('clock_skew, without a size before any answer has shown it (U20b)', async () => {
    configure(uid2.env)
    operatorAhead(150_000)
    expect(await generate()).toEqual({ status: 'unavailable' })
    expect(lines).toMatchObject([{ level: 50, event: 'operator_misconfigured', code: 'clock_skew' }])
    expect(lines[0]).not.toHaveProperty('clockSkewMs')
    expect(await health()).toMatchObject({ operator: 'failing', operatorReason: 'clock_skew' })
  })

  it('the reason disappears with the fault', async () => {
    configure({ ...uid2.env, UID2_CLIENT_SECRET: wrongSecret })
    await generate()
    configure(uid2.env)
    expect(await generate()).toMatchObject({ status: 'success' })
    expect(await health()).toMatchObject({ operator: 'ok' })
    expect(await health()).not.toHaveProperty('operatorReason')
  })

  it('the reason of a refused key is looked up once, not for each reader', async () => {
    configure({ ...uid2.env, UID2_API_KEY: sandboxDsp.apiKey, UID2_CLIENT_SECRET: sandboxDsp.clientSecret })
    await Promise.all([generate(), generate(), generate()])
    await vi.waitFor(async () => expect(await uid2.calls()).toMatchObject({ generate: 3, refresh: 1 }))
  })

  it('a token of the other product is not given out', async () => {
    configure({ ...uid2.env, UID2_PRODUCT: 'euid' })
    expect(await generate()).toEqual({ status: 'unavailable' })
    configure({ ...euid.env, UID2_PRODUCT: 'euid' })
    expect(await generate()).toMatchObject({ status: 'success' })
  })
})

describe('a wrong clock (U14b)', () => {
  const skew = (ms: number) => ({ event: 'clock_skew', clockSkewMs: expect.closeTo(ms, -3) })

  it('is logged once with its size while requests still succeed, and again when it is right', async () => {
    configure(uid2.env)
    operatorAhead(90_000)
    await generate()
    await generate()
    operatorAhead(0)
    await generate()
    expect(lines).toEqual([
      { level: 40, ...skew(90_000) },
      { level: 30, ...skew(0) },
    ])
  })

  it('is logged with its last known size when requests are refused for it', async () => {
    configure(uid2.env)
    operatorAhead(-100_000)
    await generate()
    operatorAhead(-150_000)
    expect(await generate()).toEqual({ status: 'unavailable' })
    expect(lines).toMatchObject([
      skew(-100_000),
      { event: 'operator_misconfigured', code: 'clock_skew', clockSkewMs: expect.closeTo(-100_000, -3) },
    ])
  })
})

it('the operator’s refusal of one reader’s consent string does not change the site’s health (U9b)', async () => {
  configure({ ...euid.env, UID2_PRODUCT: 'euid' })
  await generate('CPehNtWPehNtWABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA')
  expect(await generate('invalid_consent_string')).toEqual({ status: 'insufficient_user_consent' })
  expect(await health()).toMatchObject({ operator: 'ok' })
  expect(lines).toEqual([])
})

describe('the client of the operator (U14c)', () => {
  it('is one for the whole process, and imports its key once', async () => {
    configure(uid2.env)
    const imports = vi.spyOn(crypto.subtle, 'importKey')
    expect(operatorClient()).toBe(operatorClient())
    await generate()
    await generate()
    expect(imports).toHaveBeenCalledOnce()
  })

  it('is replaced under another configuration', async () => {
    configure(uid2.env)
    const before = operatorClient()
    configure({ ...uid2.env, UID2_TIMEOUT_MS: '99' })
    expect(operatorClient()).not.toBe(before)
  })
})
