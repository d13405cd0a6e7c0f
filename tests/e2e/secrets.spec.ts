import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { unsealData } from 'iron-session'
import { sandboxDsp, sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { startSite } from '#tests/support/site.ts'
import { root } from '../../scripts/support/runtime.mjs'
import { identityCookie } from '../support/publication.ts'
import { articles, expectAds, giveConsent, signIn, signOut, statusLine, tokenInPrebid } from './acts.ts'
import { expect, test } from './fixtures.ts'

const email = 'marked.canary.4f1d@example.com'
const own = {
  SESSION_PASSWORD: 'canary-of-the-session-password-77c1',
  NEXTAUTH_SECRET: 'canary-of-the-sign-in-secret-5e20ab1',
  CHOICES_PEPPER: 'canary-of-the-pepper-of-choices-90d',
}
const hash = createHash('sha256').update('marked.canary.4f1d@example.com')
const digest = hash.digest()

/** What must never reach a browser or a log, by name. */
const known: Record<string, string> = {
  'the e-mail address': email,
  'its hash in hexadecimal': digest.toString('hex'),
  'its hash in base64': digest.toString('base64'),
  'the API key': sandboxPublisher.apiKey,
  'the client secret': sandboxPublisher.clientSecret,
  'the buyer’s API key': sandboxDsp.apiKey,
  'the buyer’s client secret': sandboxDsp.clientSecret,
  ...own,
}

test('in a whole story with a real operator only the advertising token reaches the browser (U10, U22, S3, S10, N20)', async ({
  site: sandbox,
  operator,
  newBrowser,
  watch,
}) => {
  // Another site, configured as in production, uses the operator and the exchange of this one.
  const site = await startSite({
    env: {
      ...own,
      UID2_BASE_URL: `${sandbox.origin}/sandbox/operator`,
      UID2_API_KEY: sandboxPublisher.apiKey,
      UID2_CLIENT_SECRET: sandboxPublisher.clientSecret,
      DEMO_SIGN_IN: 'on',
      PREBID_SERVER_URL: `${sandbox.origin}/sandbox/exchange/openrtb2/auction`,
    },
  })
  const context = await newBrowser({ baseURL: site.origin })
  const answers = recordAnswers(context)
  const page = await context.newPage()
  const secrets = new Map(Object.entries(known))
  const tokens: string[] = []
  const learn = async () => {
    const identity = await openIdentityCookie(context)
    secrets.set(`refresh token ${tokens.length + 1}`, identity.refresh_token)
    secrets.set(`response key ${tokens.length + 1}`, identity.refresh_response_key)
    tokens.push(identity.advertising_token)
    await expectCleanBrowser(page, [...secrets.values(), ...tokens])
  }

  await operator.set({ lifetimes: { refreshFromMs: 2_000 } })
  await signIn(page, { email })
  await giveConsent(page)
  await learn()
  await operator.set({})
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  await expect.poll(() => tokenInPrebid(page)).not.toBe(tokens[0])
  await learn()
  expect(await tokenInPrebid(page)).toBe(tokens[1])
  for (const path of ['/', `/live/${articles.second}`]) {
    await page.goto(path)
    await expectAds(page, 'readable')
  }
  await page.getByRole('link', { name: 'Front page' }).first().click()
  await expectAds(page, 'readable')
  for (const path of ['/choice', '/privacy', '/sign-in']) {
    await page.goto(path)
    await expect(statusLine(page, 'available')).toBeVisible()
  }
  await signOut(page)
  await expectAds(page, 'none')
  await site.stop()

  const leaks: string[] = []
  const look = (where: string, text: string) => {
    for (const [name, secret] of secrets)
      if ([secret, encodeURIComponent(secret)].some((form) => text.includes(form)))
        leaks.push(`${name} in ${where}`)
  }
  const seen = await answers()
  for (const { where, text } of seen) look(where, text)
  for (const request of watch.requests) {
    const where = `${request.method()} ${request.url()}`
    look(where, JSON.stringify(await request.allHeaders()))
    look(where, request.url())
    for (const token of tokens) expect(request.url()).not.toContain(token)
    const isSignIn = new URL(request.url()).pathname === '/api/sign-in/demo'
    if (!isSignIn) look(where, request.postData() ?? '')
  }
  look('the log', site.log())
  for (const token of tokens) expect(site.log()).not.toContain(token)
  for (const { where, text } of filesBelow(join(root, '.next', 'static'))) look(where, text)
  expect(leaks).toEqual([])

  // The search finds what is there: the token, in each response that gives it to a page.
  const withToken = seen.filter(({ text }) => tokens.some((token) => text.includes(token)))
  expect(withToken.map(({ where }) => where)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('GET /api/identity'),
      expect.stringContaining('POST /api/identity'),
      expect.stringContaining(`GET /live/${articles.second}`),
    ]),
  )
})

/** Records headers and bodies of all responses. The function that it returns waits for the last one. */
function recordAnswers(context: BrowserContext): () => Promise<{ where: string; text: string }[]> {
  const pending: Promise<{ where: string; text: string }>[] = []
  context.on('response', (response) => {
    const { pathname } = new URL(response.url())
    // A redirect has no body; a navigation may have cut another one short.
    const body = response.text().catch(() => '')
    pending.push(
      Promise.all([body, response.allHeaders().catch(() => response.headers())]).then(([text, headers]) => ({
        where: `${response.request().method()} ${pathname}`,
        text: `${JSON.stringify(headers)}\n${text}`,
      })),
    )
  })
  return () => Promise.all(pending)
}

async function openIdentityCookie(
  context: BrowserContext,
): Promise<Record<'advertising_token' | 'refresh_token' | 'refresh_response_key', string>> {
  const cookie = (await context.cookies()).find(({ name }) => name === identityCookie)
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  const sealed = await unsealData<{ identity: Record<string, unknown> }>(cookie?.value ?? '', {
    password: own.SESSION_PASSWORD,
  })
  const { advertising_token, refresh_token, refresh_response_key } = sealed.identity
  return {
    advertising_token: String(advertising_token),
    refresh_token: String(refresh_token),
    refresh_response_key: String(refresh_response_key),
  }
}

/** Expects none of these values in the browser's storage, as scripts can read it. */
async function expectCleanBrowser(page: Page, values: string[]): Promise<void> {
  const stored = await page.evaluate(async () => {
    const databases = (await indexedDB.databases?.()) ?? []
    return JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, databases])
  })
  for (const value of values) expect(stored).not.toContain(value)
}

function filesBelow(folder: string): { where: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ where: path, text: readFileSync(path, 'latin1') }))
}
