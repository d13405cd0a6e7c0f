import { test as base, expect, type Page } from '@playwright/test'
import type { createPrebidRefresh } from '#lib/ads/prebid/prebid-refresh.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { startClientPage } from '#tests/support/client-page.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { PageWatch } from '#tests/support/page-watch.ts'
import { generate, type Identity } from '../unit/sandbox/client.ts'
import { eidsOf } from './acts.ts'

/*
 * Others' browser code, not ours, against the sandbox operator: Prebid as npm has it, and the very exchange of
 * UID2's SDK for JavaScript. The page is of one origin, the operator of another.
 */

const prebid = `
import pbjs from 'prebid.js'
import 'prebid.js/modules/userId'
import 'prebid.js/modules/uid2IdSystem'
import { createPrebidRefresh } from '../../lib/ads/prebid/prebid-refresh.ts'
pbjs.processQueue()
Object.assign(window, { pbjs, createPrebidRefresh })`

interface Stage {
  operator: TestOperator
  origin: string
  /** Method and path of what has come to the operator in this test, preflights included. */
  arrived: string[]
}

const test = base.extend<{ watch: PageWatch }, { stage: Stage }>({
  stage: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    async ({}, use) => {
      const running = await testOperator()
      const { origin, close } = await startClientPage(prebid)
      const arrived: string[] = []
      const { handle } = running.operator
      running.operator.handle = (request, gone) => {
        if (request.path !== '/faults') arrived.push(`${request.method} ${request.path}`)
        return handle(request, gone)
      }
      await use({ operator: running, origin, arrived })
      await close()
      await running.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  watch: async ({}, use) => {
    const watch = new PageWatch()
    await use(watch)
    expect(watch.complaints()).toEqual([])
  },
  page: async ({ page, stage, watch }, use) => {
    watch.follow(page.context())
    await stage.operator.set({})
    stage.arrived.length = 0
    await page.goto(stage.origin)
    await use(page)
  },
})

/** An identity from the operator, as a publisher's server got it a moment ago. */
const identityFor = async ({ operator }: TestOperator, email: string): Promise<Identity> =>
  generate(operator, { email }, Date.now())

const due = (identity: Identity): Identity => ({ ...identity, refresh_from: Date.now() - 1_000 })
const dead = (identity: Identity): Identity => ({ ...due(identity), identity_expires: Date.now() - 1_000 })

/** Gives Prebid an identity in client-refresh mode, as Prebid's documentation has it. */
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
  test('renews a due token at the operator, across origins, and keeps the new one over a reload', async ({
    page,
    stage: { operator, origin, arrived },
  }) => {
    const identity = due(await identityFor(operator, 'reader@example.com'))
    await configure(page, identity, operator.baseUrl)
    const renewed = await anotherToken(page, identity)
    expect(await eids(page)).toEqual(eidsOf(renewed))
    expect(arrived).toEqual([
      'POST /v2/token/generate',
      'OPTIONS /v2/token/refresh',
      'POST /v2/token/refresh',
    ])
    const [was, is] = [
      await readAsBuyer(operator.baseUrl, identity.advertising_token),
      await readAsBuyer(operator.baseUrl, renewed),
    ]
    expect(is).toMatchObject({ token: 'readable', person: was.person, establishedAt: was.establishedAt })

    await page.goto(origin)
    await configure(page, identity, operator.baseUrl)
    await expect.poll(() => eids(page)).toEqual(eidsOf(renewed))
    expect(await operator.calls()).toMatchObject({ refresh: 1 })
  })

  test('has no ID while a dead token is being renewed, and then the new one', async ({ page, stage }) => {
    const { operator } = stage
    const identity = dead(await identityFor(operator, 'reader@example.com'))
    await operator.set({ faults: [{ on: 'refresh', kind: 'hang' }] })
    await configure(page, identity, operator.baseUrl)
    await expect.poll(() => operator.calls()).toMatchObject({ refresh: 1 })
    expect(await eids(page)).toEqual([])
    await operator.release()
    expect(await readAsBuyer(operator.baseUrl, await anotherToken(page, identity))).toMatchObject({
      token: 'readable',
    })
  })

  test('takes the ID away when the refresh says that the reader opted out, for later visits too', async ({
    page,
    stage: { operator, origin },
  }) => {
    const identity = due(await identityFor(operator, 'refresh-optout@example.com'))
    await operator.set({ faults: [{ on: 'refresh', kind: 'hang' }] })
    await configure(page, identity, operator.baseUrl)
    await expect.poll(() => eids(page)).toEqual(eidsOf(identity.advertising_token))
    await expect.poll(() => operator.calls()).toMatchObject({ refresh: 1 })
    await operator.release()
    await expect.poll(() => eids(page)).toEqual([])

    await page.goto(origin)
    await configure(page, identity, operator.baseUrl)
    await page.evaluate(() => window.pbjs.refreshUserIds())
    expect(await eids(page)).toEqual([])
    expect(await operator.calls()).toMatchObject({ refresh: 1 })
  })
})

/** Lets our refresher follow Prebid, on a clock whose timers go off only when they are told to. */
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

test('P10: a refresh that failed does not keep the next one from being told of', async ({
  page,
  watch,
  stage: { operator },
}) => {
  watch.allow(/503/, 'the browser itself notes every refusal')
  const identity = due(await identityFor(operator, 'reader@example.com'))
  await operator.set({ faults: [{ on: 'refresh', status: 503, times: 1 }] })
  await follow(page, identity, operator.baseUrl)
  await expect.poll(() => operator.calls()).toMatchObject({ refresh: 1 })
  await goOff(page)
  await expect.poll(() => operator.calls()).toMatchObject({ refresh: 2 })
  const renewed = await anotherToken(page, identity)
  await expect.poll(() => renewals(page)).toEqual([renewed])
})

/**
 * The refresh of UID2's SDK for JavaScript, exchange by exchange: an XHR without any header of its own, no key,
 * and an answer that is opened in the browser with the key that came with the token.
 * https://unifiedid.com/docs/sdks/sdk-ref-javascript
 */
function refreshAsTheSdkDoes(page: Page, identity: Identity, baseUrl: string) {
  return page.evaluate(
    async ([{ refresh_token, refresh_response_key }, baseUrl]) => {
      const request = new XMLHttpRequest()
      request.open('POST', `${baseUrl}/v2/token/refresh?client=uid2-sdk-4.0.95`)
      const ended = new Promise((resolve, reject) => {
        request.onload = resolve
        request.onerror = () => reject(new Error('the browser did not let the answer through'))
      })
      request.send(refresh_token)
      await ended
      if (request.status !== 200) return { httpStatus: request.status, ...JSON.parse(request.responseText) }
      const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
      const key = await crypto.subtle.importKey('raw', bytes(refresh_response_key), 'AES-GCM', false, [
        'decrypt',
      ])
      const sealed = bytes(request.responseText)
      const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, 12), tagLength: 128 }
      const opened = await crypto.subtle.decrypt(algorithm, key, sealed.slice(12))
      return { httpStatus: 200, ...JSON.parse(new TextDecoder().decode(opened)) }
    },
    [identity, baseUrl] as const,
  )
}

test.describe('the exchange of UID2’s SDK for JavaScript', () => {
  test('renews a token across origins without a preflight, and the new one renews again', async ({
    page,
    stage,
  }) => {
    const { operator, arrived } = stage
    const first = await identityFor(operator, 'reader@example.com')
    const second = await refreshAsTheSdkDoes(page, first, operator.baseUrl)
    expect(second).toMatchObject({ httpStatus: 200, status: 'success' })
    expect(Object.keys(second.body).sort()).toEqual(Object.keys(first).sort())
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    expect(await readAsBuyer(operator.baseUrl, second.body.advertising_token)).toMatchObject({
      token: 'readable',
    })
    const third = await refreshAsTheSdkDoes(page, second.body, operator.baseUrl)
    expect(third).toMatchObject({ httpStatus: 200, status: 'success' })
    expect(arrived.filter((it) => it.endsWith('/refresh'))).toEqual(Array(2).fill('POST /v2/token/refresh'))
  })

  test('hears of an opt-out, sealed like a success', async ({ page, stage: { operator } }) => {
    const identity = await identityFor(operator, 'refresh-optout@example.com')
    expect(await refreshAsTheSdkDoes(page, identity, operator.baseUrl)).toEqual({
      httpStatus: 200,
      status: 'optout',
    })
  })

  test('can read a refusal, which tells a caller without a key no reason', async ({
    page,
    stage: { operator },
    watch,
  }) => {
    watch.allow(/400/, 'the browser itself notes every refusal')
    const identity = await identityFor(operator, 'reader@example.com')
    const empty = await refreshAsTheSdkDoes(page, { ...identity, refresh_token: '' }, operator.baseUrl)
    expect(empty).toMatchObject({ httpStatus: 400, status: 'error' })
  })
})
