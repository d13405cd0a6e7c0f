import { readFile } from 'node:fs/promises'
import { installCmp, tcDataOf } from '#tests/support/cmp.ts'
import { startSite } from '#tests/support/site.ts'
import { choose, identityOf, signInAndConsent, signInByApi, statusLine, tokenInPrebid } from './acts.ts'
import {
  allKept,
  awayAndBack,
  channelOf,
  expectFilled,
  identifiersIn,
  inventory,
  listenerCount,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  signOutElsewhere,
  storageOf,
  tokenOfPage,
} from './channel-acts.ts'
import { expect, sandboxOperator, test } from './fixtures.ts'

/** Anything that could be a token of either product: the first two characters say what it is. */
const tokenLike = /[ABEF][34]A{4}[\w-]{60}/

test('K1: a control reader’s token is made and renewed, and no byte of it reaches any page, Prebid or Google', async ({
  newBrowser,
  watch,
  email,
}) => {
  const site = await startSite({ env: { HOLDOUT_PERCENT: '100', HOLDOUT_SALT: 'moths around a lamp' } })
  const operator = sandboxOperator(site)
  await operator.set({ lifetimes: { refreshFromMs: 1_000 } })
  const context = await newBrowser({ baseURL: site.origin })
  const bodies: Promise<string>[] = []
  context.on('response', (response) => bodies.push(response.text().catch(() => '')))
  await signInByApi(context, { email })
  expect(await choose(context, 'granted')).toMatchObject({ status: 'withheld', bucket: 'control' })
  const page = await context.newPage()
  const several = channelOf('several')
  await openPattern(page, several)
  await expect(statusLine(page, 'withheld')).toBeVisible()
  await expect(page.locator('.events')).toContainText('withheld')
  await expect.poll(() => operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  await awayAndBack(page)
  const auctions = await requestsSince(watch, 0, several)
  expect(identifiersIn(auctions)).toEqual([])
  const google = auctions.filter(({ gam }) => gam !== undefined)
  expect(google[0]?.gam).toMatchObject({ targeting: { uid2_present: ['n'], uid2_ab: ['c'] }, signals: {} })
  expect(await signalsKept(page)).toEqual([])
  expect((await Promise.all(bodies)).join('\n')).not.toMatch(tokenLike)
  expect(auctions.map(({ body }) => body).join('\n')).not.toMatch(tokenLike)
  expect(await storageOf(page)).not.toMatch(tokenLike)
  await context.close()
  await site.stop()
})

test('K1, K8: what a reader who takes part was shown is a file for any statistics, and Google knows the group', async ({
  newBrowser,
  watch,
  email,
}) => {
  const site = await startSite({ env: { HOLDOUT_PERCENT: '1', HOLDOUT_SALT: 'moths around a lamp' } })
  const context = await newBrowser({ baseURL: site.origin })
  expect(await signInAndConsent(context, { email })).toMatchObject({ bucket: 'treatment' })
  const page = await context.newPage()
  await page.goto('/patterns/hold-out')
  await expect(page.getByRole('region', { name: 'Exposures' }).locator('tbody tr')).toHaveCount(4)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download as CSV' }).click()
  const [head, ...rows] = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n')
  expect(head).toBe('time,unit,bucket,event,slot,token,cpm_usd')
  const cells = rows.map((row) => row.split(','))
  expect(cells.map(([, , bucket, event, slot, token]) => [bucket, event, slot, token]).sort()).toEqual(
    ['auction', 'impression'].flatMap((event) =>
      ['pattern-side', 'pattern-top'].map((slot) => ['treatment', event, slot, '1']),
    ),
  )
  expect(new Set(cells.map(([, unit]) => unit)).size).toBe(1)
  for (const [, , , event, , , cpm] of cells) expect(Number(cpm) > 0).toBe(event === 'impression')
  await openPattern(page, channelOf('secure-signals'))
  expect(watch.auctions.at(-1)?.gam).toMatchObject({ targeting: { uid2_present: ['y'], uid2_ab: ['n'] } })
  await context.close()
  await site.stop()
})

for (const slug of ['prebid-refresh', 'browser-sdk'])
  test(`U3: an opt-out that the browser hears of by ${slug} is asked for, recorded and remembered by the server`, async ({
    newBrowser,
    watch,
    email,
  }) => {
    const site = await startSite({ env: { UID2_HANDOFF: 'client' } })
    const operator = sandboxOperator(site)
    await operator.set({ lifetimes: { refreshFromMs: 2_000 }, faults: [{ on: 'refresh', kind: 'optout' }] })
    const context = await newBrowser({ baseURL: site.origin })
    const { advertisingToken } = await signInAndConsent(context, { email })
    const page = await context.newPage()
    await openPattern(page, channelOf(slug))
    await expect(statusLine(page, 'opted_out')).toBeVisible({ timeout: 20_000 })
    expect(watch.count('POST', '/sandbox/operator/v2/token/refresh')).toBe(1)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 2 })
    expect(await identityOf(context)).toMatchObject({ status: 'opted_out' })
    await expectFilled(page)
    for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
    await operator.set({})
    const requests = watch.requests.length
    await page.reload()
    await expect(statusLine(page, 'opted_out')).toBeVisible()
    await expectFilled(page)
    expect(await watch.carrying(advertisingToken, requests)).toEqual([])
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
    await context.close()
    await site.stop()
  })

for (const slug of ['prebid-refresh', 'browser-sdk'])
  test(`P11: the next page begins with what ${slug} has made, and refreshes nothing again`, async ({
    newBrowser,
    email,
  }) => {
    const site = await startSite({ env: { UID2_HANDOFF: 'client' } })
    const operator = sandboxOperator(site)
    const lifetimes = { identityMs: 3_600_000, refreshFromMs: 2_000, refreshMs: 86_400_000 }
    await operator.set({ lifetimes })
    const context = await newBrowser({ baseURL: site.origin })
    const { advertisingToken } = await signInAndConsent(context, { email })
    await operator.set({})
    const page = await context.newPage()
    await openPattern(page, channelOf(slug))
    await expect(page.locator('.events')).toContainText('refreshed', { timeout: 20_000 })
    const made = await page.evaluate(tokenOfPage)
    expect(made).not.toBe(advertisingToken)
    await page.reload()
    await expect.poll(() => page.evaluate(tokenOfPage)).toBe(made)
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
    await context.close()
    await site.stop()
  })

for (const slug of ['several', 'prebid-signals', 'prebid-refresh', 'browser-sdk'])
  test(`K1, G3: a reader who comes into the control group on an open page leaves ${slug} at once`, async ({
    newBrowser,
    watch,
    email,
  }) => {
    const channel = channelOf(slug)
    const site = await startSite({ env: { UID2_HANDOFF: channel.handoff } })
    const context = await newBrowser({ baseURL: site.origin })
    const { advertisingToken } = await signInAndConsent(context, { email })
    const page = await context.newPage()
    await openPattern(page, channel)
    await requestsSince(watch, 0, channel)
    // As the server says it once a greater share is held out.
    const now = Date.now()
    const withheld = { status: 'withheld', now, refreshFrom: now + 3_600_000, bucket: 'control' }
    await page.route('**/api/identity', (route) => route.fulfill({ json: withheld }))
    const before = watch.auctions.length
    await lookAgain(page)
    await expect(statusLine(page, 'withheld')).toBeVisible()
    expect(identifiersIn(await requestsSince(watch, before, channel))).toEqual([])
    expect(await signalsKept(page)).toEqual([])
    expect(await storageOf(page)).not.toContain(advertisingToken)
    for (const name of allKept) expect(await storageOf(page)).not.toContain(name)
    await context.close()
    await site.stop()
  })

for (const slug of ['prebid-refresh', 'browser-sdk'])
  test(`S1: a sign-out while ${slug} is under way at the operator leaves nothing, then or later`, async ({
    newBrowser,
    watch,
    email,
  }) => {
    watch.allow(/refreshing the token/, 'the SDK warns of the refresh that was aborted')
    const site = await startSite({ env: { UID2_HANDOFF: 'client' } })
    const operator = sandboxOperator(site)
    await operator.set({ lifetimes: { refreshFromMs: 2_000 } })
    const context = await newBrowser({ baseURL: site.origin })
    const { advertisingToken } = await signInAndConsent(context, { email })
    await operator.set({ faults: [{ on: 'refresh', latencyMs: 2_000 }] })
    const page = await context.newPage()
    const channel = channelOf(slug)
    // On a busy machine it is due before the page is there.
    const refreshing = page.waitForRequest(/\/v2\/token\/refresh/)
    await openPattern(page, channel)
    const refresh = await refreshing
    await signOutElsewhere(context)
    const [auctions, requests] = [watch.auctions.length, watch.requests.length]
    await lookAgain(page)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    expect(identifiersIn(await requestsSince(watch, auctions, channel))).toEqual([])
    // What the SDK takes up again is there as soon as it has aborted; what Prebid writes, after the answer.
    await refresh.response()
    for (const name of allKept)
      await expect.poll(() => storageOf(page), { timeout: 10_000 }).not.toContain(name)
    await awayAndBack(page)
    expect(identifiersIn(watch.auctions.slice(auctions))).toEqual([])
    expect(await tokenInPrebid(page)).toBeNull()
    expect(await watch.carrying(advertisingToken, requests)).toEqual([])
    expect(watch.count('POST', '/sandbox/operator/v2/token/refresh')).toBe(1)
    await context.close()
    await site.stop()
  })

for (const slug of ['prebid-refresh', 'browser-sdk'])
  test(`S12: a page without ads that is loaded afresh keeps nothing of ${slug}`, async ({
    newBrowser,
    email,
  }) => {
    const channel = channelOf(slug)
    const site = await startSite({ env: { UID2_HANDOFF: 'client' } })
    const context = await newBrowser({ baseURL: site.origin })
    await signInAndConsent(context, { email })
    const page = await context.newPage()
    await openPattern(page, channel)
    expect(await storageOf(page)).toContain(channel.keeps.uid2)
    await page.goto('/articles/a-lamp-against-winter')
    await expect(statusLine(page, 'unsupported')).toBeVisible()
    for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
    await context.close()
    await site.stop()
  })

test.describe('EUID has its own source, provider, globals and modules', () => {
  const consent = { tcf: 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA', gdprApplies: true }

  for (const slug of ['several', 'google-deploy', 'prebid-signals', 'prebid-refresh', 'browser-sdk'])
    test(`${slug}: an EUID`, async ({ newBrowser, watch, email }) => {
      const channel = channelOf(slug)
      const site = await startSite({ env: { UID2_PRODUCT: 'euid', UID2_HANDOFF: channel.handoff } })
      const operator = sandboxOperator(site)
      const lifetimes = { refreshFromMs: channel.handoff === 'client' ? 4_000 : 900_000 }
      await operator.set({ lifetimes })
      const context = await newBrowser({ baseURL: site.origin })
      await signInByApi(context, { email })
      const origin = site.origin
      const data = { advertising: 'granted', signals: consent }
      const answer = await context.request.post('/api/choice', { headers: { origin }, data })
      const identity = (await answer.json()) as { status: string; advertisingToken: string }
      expect(identity).toMatchObject({ status: 'available', source: 'euid.eu' })
      // Prebid's own EUID module runs only where a platform says that GDPR applies, and what the reader consents to.
      if (slug === 'prebid-refresh') await installCmp(context, { tcf: tcDataOf(consent.tcf) })
      const page = await context.newPage()
      await openPattern(page, channel)
      const auctions = await requestsSince(watch, 0, channel)
      expect(identifiersIn(auctions)).toEqual([`euid.eu ${identity.advertisingToken}`])
      if (channel.google) {
        expect(await signalsKept(page)).toEqual(['_GESPSK-euid.eu'])
        expect(auctions.find(({ gam }) => gam)?.gam).toMatchObject({ targeting: { euid_present: ['y'] } })
      }
      if (channel.handoff === 'client') {
        await expect(page.locator('.events')).toContainText('refreshed', { timeout: 20_000 })
        expect(await storageOf(page)).toContain(channel.keeps.euid)
        expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
      }
      await signOutElsewhere(context)
      const before = watch.auctions.length
      await lookAgain(page)
      await expect(statusLine(page, 'signed_out')).toBeVisible()
      expect(identifiersIn(await requestsSince(watch, before, channel))).toEqual([])
      expect(await signalsKept(page)).toEqual([])
      for (const name of allKept) expect(await storageOf(page)).not.toContain(name)
      await context.close()
      await site.stop()
    })
})

test('P7, P8, G5: fifty soft navigations with everything at once leave nothing behind in Prebid, Google’s tag or the page', async ({
  page,
  context,
  watch,
  email,
}) => {
  await signInAndConsent(context, { email })
  const several = channelOf('several')
  await openPattern(page, several)
  const devtools = await context.newCDPSession(page)
  await awayAndBack(page)
  const start = await inventory(page)
  expect(start).toMatchObject({ adUnits: 0, slots: 2, providers: 1, creatives: 2 })
  const listeners = await listenerCount(devtools)
  for (let rounds = 0; rounds < 24; rounds++) {
    await awayAndBack(page)
    expect(await inventory(page)).toEqual(start)
  }
  expect(await listenerCount(devtools)).toBeLessThan(listeners * 1.1)
  // Of each round: the front page's one request and the three of this page.
  await expect.poll(() => watch.auctions.length).toBe(3 + 25 * 4)
})
