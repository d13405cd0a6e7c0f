import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unsealData } from 'iron-session'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { root } from '../../scripts/support/runtime.mjs'
import { crawl } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type Fault, type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const password = 'canary-session-password'.padEnd(40, '.')
const secrets = {
  NEXTAUTH_SECRET: 'canary-next-auth-secret'.padEnd(40, '.'),
  SESSION_PASSWORD: password,
  CHOICES_PEPPER: 'canary-pepper'.padEnd(40, '.'),
}
/** Marked, so that any trace of them can only be a leak; lower case as the protocol normalises. */
const emails = ['', '-optout', ...Array.from({ length: 10 }, (_, i) => `-${i}`)].map(
  (suffix) => `zq7canary${suffix}@example.com`,
)

let operator: TestOperator
let site: Site
/** Everything that ever left the site: headers and bodies of every response. */
const seen: { where: string; text: string }[] = []
/** What must never be among it, by name. */
const canaries = new Map<string, string>()

/** A visitor all of whose responses are kept, and whose sealed identities are opened for their secrets. */
function watched(reader: Visitor): Visitor {
  const fetch: Visitor['fetch'] = async (path, init) => {
    const answer = await reader.fetch(path, init)
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    seen.push({
      where: `${init?.method ?? 'GET'} ${path}`,
      text: `${headers}\n${await answer.clone().text()}`,
    })
    await learn(reader.jar.get('uid2'))
    return answer
  }
  const post: Visitor['post'] = (path, body, headers = {}) =>
    fetch(path, {
      method: 'POST',
      headers: { origin: site.origin, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return { ...reader, fetch, post }
}

async function learn(sealed: string | undefined) {
  if (!sealed) return
  const { identity } = await unsealData<{ identity?: Record<string, string> }>(sealed, { password })
  for (const field of ['refresh_token', 'refresh_response_key'])
    if (identity?.[field]) canaries.set(`${field} ${canaries.size}`, identity[field])
}

const ignore = () => {}
const faults: Fault[] = [
  { on: 'all', status: 401 },
  { on: 'all', status: 500 },
  { on: 'all', status: 400 },
  { on: 'all', kind: 'garbage' },
  { on: 'all', kind: 'reset' },
]

async function signIn(email: string): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn({ email })
  return watched(reader)
}

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: { ...operator.env, ...secrets, NEXTAUTH_DEBUG: 'true' } })
  await operator.set({ lifetimes: dueAtOnce })
  for (const [name, value] of Object.entries({ ...secrets, ...sandboxPublisher }))
    canaries.set(name, `${value}`)
  canaries.delete('siteId')
  for (const email of emails) {
    canaries.set(email, email)
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(email))
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      canaries.set(`${email} ${encoding}`, Buffer.from(hash).toString(encoding))
  }
  await story()
}, 180_000)
afterAll(async () => {
  await site.stop()
  await operator.close()
})

/** A life of a reader with everything that can go wrong in it. */
async function story() {
  // An address whose generate failed is left in peace for a while: each failure has its own.
  const [email = '', optsOut = '', ...spare] = emails
  // What was typed is refused: the address comes back neither in the answer nor in the log.
  const typed = watched(visitor(site))
  const { csrfToken } = (await (await typed.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
  for (const wrong of [`${email} ${email}`, `@${email}`])
    await typed.fetch('/api/auth/callback/demo', {
      method: 'POST',
      body: new URLSearchParams({ csrfToken, email: wrong, json: 'true' }),
    })
  const reader = await signIn(email)
  await sendForm(reader, await choiceForm(reader, 'granted'), { origin: site.origin })
  await reader.post('/api/identity')
  await crawl(() => reader, ignore)
  for (const fault of faults) {
    await operator.set({ lifetimes: dueAtOnce, faults: [fault] })
    const troubled = await signIn(spare.pop() ?? '')
    await troubled.post('/api/choice', { advertising: 'granted' })
    await troubled.fetch('/')
    const due = await signIn(spare.pop() ?? '')
    await operator.set({ lifetimes: dueAtOnce })
    await due.post('/api/choice', { advertising: 'granted' })
    await operator.set({ lifetimes: dueAtOnce, faults: [fault] })
    await due.post('/api/identity')
    await due.fetch('/live/what-lighthouses-measured')
  }
  await operator.set({ lifetimes: dueAtOnce })
  for (const body of ['{', '{"advertising":"maybe"}', JSON.stringify({ email }), 'x'.repeat(20_000)])
    for (const path of ['/api/choice', '/api/identity']) await reader.post(path, body)
  for (const cookie of ['garbage', 'x'.repeat(6000), (reader.jar.get('uid2') ?? '').slice(0, -9)]) {
    const broken = watched(visitor(site, new Map([...reader.jar, ['uid2', cookie]])))
    await broken.fetch('/privacy')
    await broken.post('/api/identity')
  }
  await reader.post('/api/choice', { advertising: 'granted' }, { origin: 'https://evil.example' })
  const leaving = await signIn(optsOut)
  await leaving.post('/api/choice', { advertising: 'granted' })
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
  await leaving.post('/api/identity')
  await leaving.fetch('/choice')
  await reader.post('/api/choice', { advertising: 'denied' })
  await reader.post('/api/sign-out')
  await crawl(() => reader, ignore)
}

const found = (text: string) =>
  [...canaries].filter(([, canary]) => {
    return text.includes(canary) || text.includes(encodeURIComponent(canary))
  })

it('the story held what it should: tokens, failures, an opt-out', () => {
  const all = seen.map(({ text }) => text).join('\n')
  expect(seen.length).toBeGreaterThan(200)
  for (const status of ['available', 'unavailable', 'opted_out', 'denied', 'signed_out'])
    expect(all).toContain(`"status":"${status}"`)
  expect([...canaries.keys()].filter((name) => name.startsWith('refresh_')).length).toBeGreaterThan(4)
  // Whichever bundle of the site made the call, it knows its errors by their code.
  for (const code of ['unauthorized', 'server_error', 'bad_response', 'client_error', 'network'])
    expect(site.log()).toContain(`"code":"${code}"`)
  expect(site.log()).toContain('operator_misconfigured')
  expect(site.log()).not.toContain('"code":"unexpected"')
  expect(found(`x ${emails[0]} y`)).toHaveLength(1)
})

it('U10: no response holds the address, a hash of it, a key, or what refreshes a token', () => {
  for (const { where, text } of seen) expect(found(text), where).toEqual([])
})

it('S5: nor does the log, in which no advertising token is either', () => {
  const log = site.log()
  expect(log).toContain('"event"')
  expect(found(log)).toEqual([])
  const tokens = seen.flatMap(({ text }) =>
    [...text.matchAll(/"advertisingToken":"([^"]+)"/g)].map((it) => it[1]),
  )
  expect(tokens.length).toBeGreaterThan(3)
  for (const token of tokens) expect(log).not.toContain(token)
  expect(log).not.toMatch(/zq7/i)
})

it('N20: nor does anything that was built for the browser, which has not even their names', () => {
  const folder = join(root, '.next', 'static')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
  expect(files.length).toBeGreaterThan(10)
  for (const { parentPath, name } of files) {
    const text = readFileSync(join(parentPath, name), 'utf8')
    expect(found(text), name).toEqual([])
    expect(text, name).not.toMatch(
      /UID2_API_KEY|UID2_CLIENT_SECRET|SESSION_PASSWORD|CHOICES_PEPPER|NEXTAUTH_SECRET/,
    )
  }
})
