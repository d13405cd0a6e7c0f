import type { Page } from '@playwright/test'
import type { createPrebidRefresh } from '#lib/ads/prebid/prebid-refresh.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { startClientPage } from '#tests/support/client-page.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { generate, type Identity } from '../unit/sandbox/client.ts'
import { eidsOf } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { init, stored, token } from './sdk-acts.ts'

/* Prebid from npm, and UID2's SDK for JavaScript, against an operator of another origin than the page. */

const prebid = `
import pbjs from 'prebid.js'
import 'prebid.js/modules/userId'
import 'prebid.js/modules/uid2IdSystem'
import { createPrebidRefresh } from '../../lib/ads/prebid/prebid-refresh.ts'
pbjs.processQueue()
Object.assign(window, { pbjs, createPrebidRefresh })`

let operator: TestOperator
let clientPage: Awaited<ReturnType<typeof startClientPage>>
/** Method and path of the requests that this test's operator got, with preflights. */
const arrived: string[] = []

test.beforeAll(async () => {
  operator = await testOperator()
  clientPage = await startClientPage(prebid)
  const { handle } = operator.operator
  operator.operator.handle = (request, gone) => {
    if (request.path !== '/faults') arrived.push(`${request.method} ${request.path}`)
    return handle(request, gone)
  }
})
test.afterAll(async () => {
  await clientPage.close()
  await operator.close()
})
test.beforeEach(async ({ page }) => {
  await operator.set({})
  arrived.length = 0
  await page.goto(clientPage.origin)
})

/** A new identity, as a publisher's server gets it. */
const identityFor = async (email: string): Promise<Identity> =>
  generate(operator.operator, { email }, Date.now())

const due = (identity: Identity): Identity => ({ ...identity, refresh_from: Date.now() - 1_000 })
const dead = (identity: Identity): Identity => ({ ...due(identity), identity_expires: Date.now() - 1_000 })

/** Gives Prebid an identity in client-refresh mode, as Prebid's documentation describes. */
function configure(page: Page, uid2Token: Identity, uid2ApiBase: string): Promise<void> {
  return page.evaluate(
    async ([uid2Token, uid2ApiBase]) => {
      const userIds = [{ name: 'uid2', params: { uid2Token, uid2ApiBase } }]
      window.pbjs.setConfig({ userSync: { auctionDelay: 50, userIds } })
      void window.pbjs.refreshUserIds()
    },
    [uid2Token, uid2ApiBase] as const,
  )
}

const eids = (page: Page) => page.evaluate(() => window.pbjs.getUserIdsAsEids())

/** Waits until Prebid has a token that is not this identity's. */
async function anotherToken(page: Page, { advertising_token }: Identity): Promise<string> {
  let token: string | undefined
  await expect
    .poll(async () => {
      token = (await eids(page))[0]?.uids[0]?.id
      return token !== undefined && token !== advertising_token
    })
    .toBe(true)
  return token ?? ''
}

test.describe('Prebid in client-refresh mode', () => {
  test('refreshes a due token at the operator’s origin, and keeps the new one over a reload', async ({
    page,
  }) => {
    const identity = due(await identityFor('reader@example.com'))
    await configure(page, identity, operator.baseUrl)
    const refreshed = await anotherToken(page, identity)
    expect(await eids(page)).toEqual(eidsOf(refreshed))
    expect(arrived).toEqual([
      'POST /v2/token/generate',
      'OPTIONS /v2/token/refresh',
      'POST /v2/token/refresh',
    ])
    const [was, is] = [
      await readAsBuyer(operator.baseUrl, identity.advertising_token),
      await readAsBuyer(operator.baseUrl, refreshed),
    ]
    expect(is).toMatchObject({ token: 'readable', person: was.person, establishedAt: was.establishedAt })

    await page.goto(clientPage.origin)
    await configure(page, identity, operator.baseUrl)
    await expect.poll(() => eids(page)).toEqual(eidsOf(refreshed))
    expect(await operator.calls()).toMatchObject({ refresh: 1 })
  })

  test('has no ID while an expired token is being refreshed, and then the new one', async ({ page }) => {
    const identity = dead(await identityFor('reader@example.com'))
    await operator.set({ faults: [{ on: 'refresh', kind: 'hang' }] })
    await configure(page, identity, operator.baseUrl)
    await expect.poll(() => operator.calls()).toMatchObject({ refresh: 1 })
    expect(await eids(page)).toEqual([])
    await operator.release()
    expect(await readAsBuyer(operator.baseUrl, await anotherToken(page, identity))).toMatchObject({
      token: 'readable',
    })
  })
})

/** Our refresher follows Prebid. Its timers fire only when `goOff` is called. */
function follow(page: Page, identity: Identity, operatorUrl: string): Promise<void> {
  return page.evaluate(
    ([identity, operatorUrl]) => {
      const own = window as unknown as FollowingWindow
      own.renewals = []
      const timers = new Map<number, () => void>()
      let last = 0
      own.goOff = () => {
        for (const [timer, run] of [...timers]) if (timers.delete(timer)) run()
      }
      const refresh = own.createPrebidRefresh({
        tokenStore: {
          renew: ({ advertisingToken }) => void own.renewals.push(advertisingToken),
          recheck() {},
        },
        operatorUrl,
        now: () => Date.now(),
        setTimeout(run) {
          last += 1
          timers.set(last, run)
          return last
        },
        clearTimeout: (timer) => void timers.delete(timer),
      })
      const userIds = [{ name: 'uid2', params: refresh.params('uid2', identity) }]
      window.pbjs.setConfig({ userSync: { auctionDelay: 50, userIds } })
      refresh.follow(window.pbjs as never, 'uid2', window.pbjs.refreshUserIds())
    },
    [identity, operatorUrl] as const,
  )
}

interface FollowingWindow {
  createPrebidRefresh: typeof createPrebidRefresh
  renewals: string[]
  goOff(): void
}
const goOff = (page: Page) => page.evaluate(() => (window as unknown as FollowingWindow).goOff())
const renewals = (page: Page) => page.evaluate(() => (window as unknown as FollowingWindow).renewals)

test('after a failed refresh our token store learns of the next one (P10)', async ({ page, watch }) => {
  watch.allow(/503/, 'Chromium reports each failure by itself')
  const identity = due(await identityFor('reader@example.com'))
  await operator.set({ faults: [{ on: 'refresh', status: 503, times: 1 }] })
  await follow(page, identity, operator.baseUrl)
  await expect.poll(() => operator.calls()).toMatchObject({ refresh: 1 })
  await goOff(page)
  await expect.poll(() => operator.calls()).toMatchObject({ refresh: 2 })
  const refreshed = await anotherToken(page, identity)
  await expect.poll(() => renewals(page)).toEqual([refreshed])
})

test('UID2’s SDK refreshes a token at the operator’s origin without a preflight, and the new token again', async ({
  page,
  baseURL,
}) => {
  let identity = await identityFor('reader@example.com')
  for (let turn = 0; turn < 2; turn++) {
    await page.addScriptTag({ url: `${baseURL}/sandbox/cdn/uid2-sdk.js` })
    await init(page, { identity: due(identity), baseUrl: operator.baseUrl })
    const refreshed = await token(page)
    expect(refreshed).not.toBe(identity.advertising_token)
    expect(await readAsBuyer(operator.baseUrl, refreshed ?? '')).toMatchObject({ token: 'readable' })
    const later = JSON.parse((await stored(page)) ?? '')
    expect(Object.keys(later)).toEqual(expect.arrayContaining(Object.keys(identity)))
    identity = later
    await page.evaluate(() => localStorage.clear())
    await page.goto(clientPage.origin)
  }
  expect(arrived.filter((it) => it.endsWith('/refresh'))).toEqual(Array(2).fill('POST /v2/token/refresh'))
})
