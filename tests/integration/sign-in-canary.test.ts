import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Asker, asker, secretIn } from '../support/proof.ts'
import { type Site, startSite } from '../support/site.ts'

/** Marked, so that any trace of them can only be a leak. */
const email = 'zq7canary-link@example.com'
const phone = '+12345678765'
const secrets = { NEXTAUTH_SECRET: 'zq7canary-next-auth-secret'.padEnd(40, '.') }
const smtp = { SMTP_URL: 'smtp://zq7user:zq7pass@127.0.0.1:1', MAIL_FROM: 'sign-in@news.example' }

let site: Site
let unsent: Site
/** Everything that left the sites, but for the outbox and the page of the reader's own link. */
const seen: { where: string; text: string }[] = []
const canaries = new Map<string, string>()

function watched(reader: Asker): Asker {
  const watch = (where: string, run: () => Promise<Response>) => async () => {
    const answer = await run()
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    seen.push({ where, text: `${headers}\n${await answer.clone().text()}` })
    return answer
  }
  const step: Asker['step'] = (name, fields, headers) =>
    watch(`step ${name}`, () => reader.step(name, fields, headers))()
  return {
    ...reader,
    fetch: (path, init) =>
      watch(`${init?.method ?? 'GET'} ${path.split('?')[0]}`, () => reader.fetch(path, init))(),
    step,
    form: (name, fields, headers) => watch(`form ${name}`, () => reader.form(name, fields, headers))(),
    async ask(dii) {
      await step('ask', { kind: dii.startsWith('+') ? 'phone' : 'email', value: dii })
      const secret = secretIn(await (await reader.outbox()).text())
      canaries.set(`secret ${canaries.size}`, secret)
      return secret
    },
  }
}

const pages = ['/', '/sign-in', '/sign-in/proof', '/choice', '/privacy', '/live/what-lighthouses-measured']
const routes = [
  '/api/identity',
  '/api/auth/session',
  '/api/auth/csrf',
  '/api/auth/providers',
  '/api/health',
  '/api/site',
]

async function story(dii: string) {
  const reader = watched(asker(site))
  for (const wrong of [`${dii} ${dii}`, `@${dii}`, `${dii},x@example.com`])
    for (const kind of ['email', 'phone']) {
      await reader.step('ask', { kind, value: wrong })
      await reader.form('ask', { kind, value: wrong })
      await reader.form('demo', { kind, value: wrong })
    }
  const secret = await reader.ask(dii)
  for (const path of [...pages, ...routes]) await reader.fetch(path)
  await reader.step('finish', { secret: 'zq7wrong' })
  // To the wrong door, in the wrong way, by the wrong browser.
  await reader.step('demo', { kind: 'email', value: secret })
  await reader.step('finish', { secret }, { origin: 'https://evil.example' })
  await reader.step('provider', { provider: secret, next: `//${dii}` })
  await watched(asker(site)).form('finish', { secret })
  await watched(asker(site)).step('finish', { secret })
  for (const type of ['application/json', 'application/x-www-form-urlencoded'])
    for (const path of ['/api/auth/callback/proof', '/api/auth/callback/demo', '/api/auth/_log'])
      await reader.fetch(path, {
        method: 'POST',
        headers: { 'content-type': type },
        body: `${dii} ${secret} {"email":"${dii}","secret":"${secret}"`,
      })
  const kept = watched(asker(site, new Map(reader.jar)))
  await reader.form('finish', { secret })
  expect(reader.jar.has('lantern-session')).toBe(true)
  await kept.step('finish', { secret })
  await kept.form('finish', { secret })
  await reader.choose('granted')
  for (const path of [...pages, ...routes]) await reader.fetch(path)
  await reader.signOut()
  // A mail server that nobody runs, and no service for text messages.
  await watched(asker(unsent)).step('ask', { kind: 'email', value: email })
  await watched(asker(unsent)).form('ask', { kind: 'phone', value: phone })
}

beforeAll(async () => {
  site = await startSite({ env: { ...secrets, TRUST_PROXY_HOPS: '1', NEXTAUTH_DEBUG: 'true' } })
  unsent = await startSite({
    env: {
      ...smtp,
      TRUST_PROXY_HOPS: '1',
      UID2_BASE_URL: 'http://127.0.0.1:1',
      UID2_API_KEY: 'key',
      UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
    },
  })
  canaries.set('NEXTAUTH_SECRET', secrets.NEXTAUTH_SECRET)
  for (const dii of [email, phone]) {
    canaries.set(dii, dii)
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(dii))
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      canaries.set(`${dii} ${encoding}`, Buffer.from(hash).toString(encoding))
  }
  canaries.set('without its plus', phone.slice(1))
  for (const dii of [email, phone]) await story(dii)
})
afterAll(() => Promise.all([site.stop(), unsent.stop()]))

const found = (text: string) =>
  [...canaries].flatMap(([name, canary]) =>
    text.includes(canary) || text.includes(encodeURIComponent(canary)) ? [name] : [],
  )

it('the story held what it should: a link, a code, mail that could not be sent, a token', () => {
  expect(
    [...canaries.values()].filter((canary) => /^([\w-]{43}|\d{6})$/.test(canary)).length,
  ).toBeGreaterThan(1)
  const said = new Set(
    [
      ...seen
        .map(({ text }) => text)
        .join('\n')
        .matchAll(/"problem":"(\w+)"/g),
    ].map((it) => it[1]),
  )
  for (const problem of ['bad_email', 'bad_phone', 'wrong_secret', 'no_request', 'over', 'not_sent'])
    expect(said).toContain(problem)
  expect(unsent.log()).toContain('proof_not_sent')
  expect(found(`x ${encodeURIComponent(email)} y`)).toEqual([email])
})

it('U10: no other response holds the address, the number, the secret or the link', () => {
  for (const { where, text } of seen) expect(found(text), where).toEqual([])
})

it('S5: nor does the log', () => {
  for (const log of [site.log(), unsent.log()]) {
    expect(found(log)).toEqual([])
    expect(log).not.toMatch(/zq7|2345678765/i)
  }
})
