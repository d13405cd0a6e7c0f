import { beforeAll, expect, it } from 'vitest'
import { createCanaries } from '../support/canaries.ts'
import { proofVisitor, secretIn } from '../support/proof.ts'
import { livePage } from '../support/publication.ts'
import { sandboxSite, secrets, siteWithOperator } from '../support/shared-site.ts'
import { until } from '../support/until.ts'

const site = await sandboxSite()
/** It offers sign-in by mail, which cannot be sent. */
const { site: unsent } = await siteWithOperator()
const { canaries, seen, addDii, watched, found } = createCanaries()

/** Marked, so that any trace of them can only be a leak. */
const email = 'zq7canary-link@example.com'
const phone = '+12345678765'
const pages = ['/', '/sign-in', '/sign-in/proof', '/choice', '/privacy', livePage]
const auth = ['session', 'csrf', 'providers'].map((name) => `/api/auth/${name}`)
const paths = [...pages, ...auth, '/api/identity', '/api/health', '/api/site']

beforeAll(async () => {
  canaries.set('NEXTAUTH_SECRET', secrets.NEXTAUTH_SECRET)
  for (const dii of [email, phone]) addDii(dii)
  canaries.set('without its plus', phone.slice(1))
  for (const dii of [email, phone]) await signInWith(dii)
  await watched(proofVisitor(unsent)).step('ask', { kind: 'email', value: email })
  await watched(proofVisitor(unsent)).form('ask', { kind: 'phone', value: phone })
})

/** A sign-in with everything that can go wrong. The outbox is not watched: it shows the secret. */
async function signInWith(dii: string) {
  const own = proofVisitor(site)
  const reader = watched(own)
  const kind = dii.startsWith('+') ? 'phone' : 'email'
  for (const value of [`${dii} ${dii}`, `@${dii}`, `${dii},x@example.com`])
    for (const each of ['email', 'phone']) {
      await reader.step('ask', { kind: each, value })
      await reader.form('ask', { kind: each, value })
      await reader.form('demo', { kind: each, value })
    }
  await reader.step('ask', { kind, value: dii })
  const secret = secretIn(await (await own.outbox()).text())
  canaries.set(`secret ${canaries.size}`, secret)
  for (const path of paths) await reader.fetch(path)
  await reader.step('finish', { secret: 'zq7wrong' })
  // To the wrong route, in the wrong way, by the wrong browser.
  await reader.step('demo', { kind: 'email', value: secret })
  await reader.step('finish', { secret }, { origin: 'https://evil.example' })
  await reader.step('provider', { provider: secret, next: `//${dii}` })
  await watched(proofVisitor(site)).form('finish', { secret })
  await watched(proofVisitor(site)).step('finish', { secret })
  for (const type of ['application/json', 'application/x-www-form-urlencoded'])
    for (const path of ['/api/auth/callback/proof', '/api/auth/callback/demo', '/api/auth/_log'])
      await reader.fetch(path, {
        method: 'POST',
        headers: { 'content-type': type },
        body: `${dii} ${secret} {"email":"${dii}","secret":"${secret}"`,
      })
  const copy = watched(proofVisitor(site, new Map(reader.jar)))
  await reader.form('finish', { secret })
  expect(reader.jar.has('lantern-session')).toBe(true)
  await copy.step('finish', { secret })
  await copy.form('finish', { secret })
  await reader.choose('granted')
  for (const path of paths) await reader.fetch(path)
  await reader.signOut()
}

it('the responses cover what they should: a link, a code, and mail that could not be sent', async () => {
  const sent = [...canaries.values()].filter((canary) => /^([\w-]{43}|\d{6})$/.test(canary))
  expect(sent.length).toBeGreaterThan(1)
  const all = seen.map(({ text }) => text).join('\n')
  for (const problem of ['bad_email', 'bad_phone', 'wrong_secret', 'no_request', 'over', 'not_sent'])
    expect(all).toContain(`"problem":"${problem}"`)
  await until(() => unsent.log().includes('proof_not_sent'))
  expect(found(`x ${encodeURIComponent(email)} y`)).toEqual([email])
})

it('no other response holds the address, the number, the secret or the link (U10)', () => {
  for (const { where, text } of seen) expect(found(text), where).toEqual([])
})

it('nor does the log (S5)', () => {
  for (const log of [site.log(), unsent.log()]) {
    expect(found(log)).toEqual([])
    expect(log).not.toMatch(/zq7|2345678765/i)
  }
})
