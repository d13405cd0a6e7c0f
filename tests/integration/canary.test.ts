import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { root } from '../../scripts/support/runtime.mjs'
import { createCanaries } from '../support/canaries.ts'
import { crawl } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type Fault } from '../support/operator.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { signedIn, visitor } from '../support/reader.ts'
import { secrets, siteWithOperator } from '../support/shared-site.ts'

const { site, operator } = await siteWithOperator()
const { canaries, seen, addDii, watched, found } = createCanaries()

/** Marked, so that any trace of them can only be a leak; lower case as the protocol normalises. */
const emails = Array.from({ length: 12 }, (_, i) => `zq7canary-${i}@example.com`)
const faults: Fault[] = [
  { on: 'all', status: 401 },
  { on: 'all', status: 500 },
  { on: 'all', status: 400 },
  { on: 'all', kind: 'garbage' },
  { on: 'all', kind: 'reset' },
]

/** What can happen to a reader, with everything that can go wrong. */
beforeAll(async () => {
  const { apiKey, clientSecret } = sandboxPublisher
  for (const [name, value] of Object.entries({ ...secrets, apiKey, clientSecret })) canaries.set(name, value)
  for (const email of emails) addDii(email)
  await operator.set({ lifetimes: dueAtOnce })
  // After a failed generate an address rests for a while, so each failure has its own.
  const [email = '', optsOut = '', ...spare] = emails
  const next = async () => watched(await signedIn(site, spare.pop()))

  const typed = watched(visitor(site))
  const { csrfToken } = (await (await typed.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
  for (const wrong of [`${email} ${email}`, `@${email}`])
    await typed.fetch('/api/auth/callback/demo', {
      method: 'POST',
      body: new URLSearchParams({ csrfToken, email: wrong, json: 'true' }),
    })
  const reader = watched(await signedIn(site, email))
  await sendForm(reader, await choiceForm(reader, 'granted'), { origin: site.origin })
  await reader.post('/api/identity')
  await crawl(
    () => reader,
    () => {},
  )
  for (const fault of faults) {
    const due = await next()
    await due.post('/api/choice', { advertising: 'granted' })
    await operator.set({ lifetimes: dueAtOnce, faults: [fault] })
    await due.post('/api/identity')
    await due.fetch(livePage)
    const troubled = await next()
    await troubled.post('/api/choice', { advertising: 'granted' })
    await troubled.fetch('/')
    await operator.set({ lifetimes: dueAtOnce })
  }
  for (const body of ['{', '{"advertising":"maybe"}', JSON.stringify({ email }), 'x'.repeat(20_000)])
    for (const path of ['/api/choice', '/api/identity']) await reader.post(path, body)
  for (const cookie of ['garbage', 'x'.repeat(6000), (reader.jar.get(identityCookie) ?? '').slice(0, -9)]) {
    const broken = visitor(site, new Map([...reader.jar, [identityCookie, cookie]]))
    for (const answer of [await broken.fetch('/privacy'), await broken.post('/api/identity')])
      seen.push({ where: 'a broken cookie', text: await answer.text() })
  }
  await reader.post('/api/choice', { advertising: 'granted' }, { origin: 'https://evil.example' })
  const leaving = watched(await signedIn(site, optsOut))
  await leaving.post('/api/choice', { advertising: 'granted' })
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
  await leaving.post('/api/identity')
  await leaving.fetch('/choice')
  await reader.post('/api/choice', { advertising: 'denied' })
  await reader.post('/api/sign-out')
  await reader.fetch('/api/identity')
}, 180_000)

it('the responses cover what they should: tokens, failures, an opt-out', () => {
  const all = seen.map(({ text }) => text).join('\n')
  expect(seen.length).toBeGreaterThan(120)
  for (const status of ['available', 'unavailable', 'opted_out', 'denied', 'signed_out'])
    expect(all).toContain(`"status":"${status}"`)
  expect([...canaries.keys()].filter((name) => name.startsWith('refresh_')).length).toBeGreaterThan(4)
  // Whichever bundle of the site made the call, it knows its errors by their code.
  for (const code of ['unauthorized', 'server_error', 'bad_response', 'client_error', 'network'])
    expect(site.log()).toContain(`"code":"${code}"`)
  expect(site.log()).toContain('operator_misconfigured')
  expect(site.log()).not.toContain('"code":"unexpected"')
  expect(found(`x ${emails[0]} y`)).toEqual([emails[0]])
})

it('no response holds the address, a hash of it, a key, or what refreshes a token (U10)', () => {
  for (const { where, text } of seen) expect(found(text), where).toEqual([])
})

it('nor does the log, in which there is no advertising token either (S5)', () => {
  const log = site.log()
  expect(log).toContain('"event"')
  expect(found(log)).toEqual([])
  expect(log).not.toMatch(/zq7/i)
  const tokens = seen.flatMap(({ text }) => text.match(/(?<="advertisingToken":")[^"]+/g) ?? [])
  expect(tokens.length).toBeGreaterThan(3)
  for (const token of tokens) expect(log).not.toContain(token)
})

it('nor does what was built for the browser, which does not even have the names of the secrets (N20)', () => {
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
