import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Reader } from '#lib/identity/types.ts'
import { hashEmail, type Identity } from '#lib/uid2/index.ts'
import { root } from '../../../scripts/support/runtime.mjs'
import { codeBlocks } from '../../architecture/code-blocks.ts'
import { read } from '../../architecture/project.ts'
import { fakeOperator, minute, noAnswer } from '../../support/core.ts'
import { available, createBrowserStub, settle } from '../ads/browser-stub.ts'

/** The code of the document, as publishers copy it. */
let steps: Record<string, (...args: never[]) => unknown>
beforeAll(async () => {
  const folder = join(root, 'test-results', 'from-the-samples')
  mkdirSync(folder, { recursive: true })
  const blocks = codeBlocks('docs/from-the-samples.md', read('docs/from-the-samples.md'))
  const modules = blocks.map(async ({ line, code }) => {
    const path = join(folder, `line-${line}.ts`)
    writeFileSync(path, code.replaceAll("'../lib/", "'../../lib/"))
    return import(pathToFileURL(path).href)
  })
  steps = Object.assign({}, ...(await Promise.all(modules)))
})

const step = <T>(name: string): T => steps[name] as T
const password = 'p'.repeat(32)
const operatorNow = () => fakeOperator(Date.now)

describe('the steps from the samples', () => {
  it('1: make a client of the sample’s own variables', () => {
    const env = { UID_SERVER_BASE_URL: 'https://operator.example', UID_API_KEY: 'UID2-C-I-1-a.b' }
    const secret = randomBytes(32).toString('base64')
    const connect = step<(env: object) => object>('connect')
    expect(connect({ ...env, UID_CLIENT_SECRET: secret })).toHaveProperty('generateToken')
    expect(() => connect(env)).toThrow(TypeError)
  })

  it('2: seal an identity so that only its own account opens it', async () => {
    const seal = step<(identity: Identity, sub: string, password: string) => Promise<string>>('seal')
    const open = step<(value: string, sub: string, password: string) => Promise<Identity | null>>('open')
    const identity = operatorNow().issue()
    const value = await seal(identity, 'a', password)
    expect(Buffer.from(value, 'base64url').toString('latin1')).not.toContain(identity.refresh_token)
    expect(await open(value, 'a', password)).toEqual(identity)
    expect(await open(value, 'b', password)).toBeNull()
    expect(await open(value.replace(/.{9}~/, 'AAAAAAAAA~'), 'a', password)).toBeNull()
  })

  it('3: use a valid token while one refresh is under way, and store it at the next request', async () => {
    const refreshed = step<(client: object, identity: Identity) => Promise<object | null>>('refreshed')
    const operator = operatorNow()
    const due = operator.issue({ due: -1 })
    expect(await Promise.all([refreshed(operator.client, due), refreshed(operator.client, due)])).toEqual([
      null,
      null,
    ])
    await expect.poll(() => refreshed(operator.client, due)).toMatchObject({ status: 'success' })
    expect(operator.calls).toHaveLength(1)
    expect(await refreshed(operator.client, operator.issue())).toBeNull()

    const expired = operator.issue({ due: -1, expires: -1 })
    expect(await refreshed(operator.client, expired)).toMatchObject({ status: 'success' })
    operator.answer = noAnswer
    const failing = operator.issue({ due: -1, expires: -1 })
    for (const _ of [1, 2]) expect(await refreshed(operator.client, failing)).toBeNull()
    expect(operator.calls).toHaveLength(3)
  })

  it('4: ask once for a reader who opted out, and keep no address', async () => {
    const generate = step<(...args: unknown[]) => Promise<object>>('generate')
    const operator = operatorNow()
    operator.answer = async () => ({ status: 'optout' })
    const keys = new Set<string>()
    const optOuts = {
      has: async (key: string) => keys.has(key),
      add: async (key: string) => void keys.add(key),
    }
    for (const email of ['reader@example.com', 'Reader@example.com'])
      expect(await generate(operator.client, optOuts, 'pepper', email)).toEqual({ status: 'optout' })
    expect(operator.calls).toHaveLength(1)
    expect([...keys][0]).not.toContain(await hashEmail('reader@example.com'))
  })

  it('5, 7: answer on a plain Node server, and no more once the sign-in has ended', async () => {
    const operator = operatorNow()
    const reader: Reader = {
      sub: 'a',
      sid: 'sid-a',
      dii: { kind: 'email', value: 'reader@example.com' },
      sessionEnds: Date.now() + 60 * minute,
    }
    const ended = new Set<string>()
    const yours = { consent: null as { id: number } | null }
    const unlessEnded = step<(...args: unknown[]) => unknown>('unlessEnded')
    const handlers = step<(...yours: unknown[]) => Record<string, Parameters<typeof createServer>[1]>>(
      'identityHandlers',
    )(
      operator.client,
      unlessEnded(
        async () => reader,
        async (sid: string) => ended.has(sid),
      ),
      {
        isOptedOut: async () => false,
        recordOptOut: async () => {},
        consentOf: async () => yours.consent,
      },
      password,
    )
    const server = createServer((req, res) => handlers[req.method?.toLowerCase() ?? '']?.(req, res))
    await new Promise<void>((listening) => server.listen(0, listening))
    onTestFinished(() => void server.close())
    let cookie = ''
    const ask = async (method: string, headers: Record<string, string> = {}) => {
      const url = `http://localhost:${(server.address() as AddressInfo).port}/`
      const response = await fetch(url, { method, headers: { cookie, ...headers } })
      const [set] = response.headers.getSetCookie()
      if (set) cookie = set.split(';')[0] ?? ''
      return { set, noStore: response.headers.get('cache-control'), ...(await response.json()) }
    }

    expect(await ask('POST')).toMatchObject({ status: 'no_choice', noStore: 'private, no-store' })
    expect(operator.calls).toHaveLength(0)
    yours.consent = { id: 1 }
    expect(await ask('POST')).toMatchObject({
      status: 'available',
      set: expect.stringMatching(/^__Host-uid2=Fe26.*; Secure; HttpOnly; SameSite=lax$/),
    })
    const advertisingToken = operator.issued[0]?.advertising_token
    expect(await ask('GET')).toMatchObject({ status: 'available', advertisingToken })
    expect(await ask('GET', { 'sec-gpc': '1' })).toMatchObject({ status: 'gpc' })
    const copy = cookie

    ended.add(reader.sid)
    expect(await ask('POST')).toMatchObject({
      status: 'signed_out',
      set: expect.stringMatching(/^__Host-uid2=;/),
    })
    cookie = copy
    expect(await ask('GET')).toMatchObject({ status: 'signed_out' })
    expect(operator.calls).toHaveLength(1)
  })

  it('6: give Prebid the token alone, and take it back at the sign-out', async () => {
    const browser = createBrowserStub({ __tcfapi: undefined })
    vi.stubGlobal('window', browser.window)
    onTestFinished(() => void vi.unstubAllGlobals())
    const given: unknown[] = []
    const prebid = {
      getConfig: () => ({}),
      setConfig: ({ userSync }: { userSync: { userIds: object[] } }) => void given.push(userSync.userIds),
      refreshUserIds: async () => {},
      clearAllAuctions: () => {},
    }
    const tokenStore = step<(pbjs: object) => { clear(status: string): () => void }>('handOver')(prebid)
    expect(browser.requests).toHaveLength(1)
    await browser.request.answer(available('A4token'))
    expect(given.at(-1)).toEqual([{ name: 'uid2', value: { uid2: { id: 'A4token' } } }])
    tokenStore.clear('signed_out')
    await settle()
    expect(JSON.stringify(given.at(-1))).not.toContain('A4token')
  })
})
