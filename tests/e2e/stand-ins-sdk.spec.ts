import { load, openBarePage } from '#tests/support/bare-page.ts'
import { holdRefreshes } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'
import {
  config,
  due,
  events,
  identityFor,
  init,
  operatorOf,
  personOf,
  type SdkWindow,
  state,
  stored,
  token,
  withSdk,
} from './sdk-acts.ts'

/* What the stand-in for UID2's SDK does, and the real one too: `UID2_SDK_BUNDLE` puts that in its place. */

test.beforeEach(({ page }) => openBarePage(page))

test.describe('the stand-in for UID2’s SDK', () => {
  test('keeps a fresh identity, and has it on the next page, where it initialises itself', async ({
    page,
    baseURL,
    email,
    operator,
  }) => {
    const identity = await identityFor(baseURL, email)
    const baseUrl = operatorOf(baseURL)
    await withSdk(page)
    expect(await state(page)).toEqual({ token: undefined, login: true, init: false })
    expect(await init(page, { identity, baseUrl })).toBeNull()
    expect(await token(page)).toBe(identity.advertising_token)
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted true'])
    expect(await config(page)).toEqual({ baseUrl })

    await page.goto('/bare')
    await withSdk(page)
    expect(await state(page)).toEqual({ token: identity.advertising_token, login: false, init: true })
    expect(await events(page)).toEqual(['SdkLoaded true', 'InitCompleted true'])
    await page.evaluate(() => (window as unknown as SdkWindow).__uid2.disconnect())
    expect([await token(page), await stored(page)]).toEqual([null, null])
    // It stays for the next page.
    expect(await config(page)).toEqual({ baseUrl })
    expect(await operator.calls()).toMatchObject({ refresh: 0 })
  })

  test('shows what is stored before there was an init, and initialises nothing without a configuration', async ({
    page,
    baseURL,
    email,
  }) => {
    const identity = await identityFor(baseURL, email)
    await page.evaluate((text) => localStorage.setItem('UID2-sdk-identity', text), JSON.stringify(identity))
    await withSdk(page)
    expect(await state(page)).toEqual({ token: identity.advertising_token, login: false, init: false })
    expect(await events(page)).toEqual(['SdkLoaded true'])
  })

  test('refreshes a due identity that is stored as it is loaded, and no init aborts that', async ({
    page,
    baseURL,
    email,
  }) => {
    const ofA = due(await identityFor(baseURL, `a-${email}`))
    const ofB = await identityFor(baseURL, `b-${email}`)
    const baseUrl = operatorOf(baseURL)
    await page.evaluate(
      ([identity, config]) => {
        localStorage.setItem('UID2-sdk-identity', identity)
        localStorage.setItem('UID2-sdk-identity_config', config)
      },
      [JSON.stringify(ofA), JSON.stringify({ baseUrl })] as const,
    )
    const release = await holdRefreshes(page)
    await withSdk(page)
    await init(page, { identity: ofB, baseUrl })
    expect(await state(page)).toEqual({ token: ofB.advertising_token, login: false, init: true })
    release()
    const last = await token(page)
    expect([ofA.advertising_token, ofB.advertising_token]).not.toContain(last)
    expect(await personOf(last, baseUrl)).toBe(await personOf(ofA.advertising_token, baseUrl))
  })

  test('takes another init as a change of options, whose older identity is stored and not taken up', async ({
    page,
    baseURL,
    email,
  }) => {
    const identity = await identityFor(baseURL, email)
    const older = { ...identity, advertising_token: 'older', identity_expires: identity.identity_expires - 1 }
    const newer = { ...identity, advertising_token: 'newer', identity_expires: identity.identity_expires + 1 }
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    expect(await init(page, { identity: older })).toBeNull()
    expect(await token(page)).toBe(identity.advertising_token)
    expect(JSON.parse((await stored(page)) ?? '')).toEqual(older)
    expect(await init(page, { identity: newer })).toBeNull()
    expect(await token(page)).toBe('newer')
    expect(await init(page, { refreshRetryPeriod: 1 })).toBe('RangeError')
    expect(await events(page)).toEqual(['SdkLoaded false', ...Array(3).fill('InitCompleted true')])
  })

  test('works on with a new init after it was disconnected', async ({ page, baseURL, email }) => {
    const identity = await identityFor(baseURL, email)
    const newer = { ...identity, advertising_token: 'newer', identity_expires: identity.identity_expires + 1 }
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    await page.evaluate(() => (window as unknown as SdkWindow).__uid2.disconnect())
    await init(page, { identity: newer })
    expect(await token(page)).toBe('newer')
    expect(await events(page)).toEqual([
      'SdkLoaded false',
      'InitCompleted true',
      'IdentityUpdated false',
      'InitCompleted true',
    ])
  })

  test('rejects those who wait for a token when it is disconnected, with an error', async ({ page }) => {
    await withSdk(page)
    const reason = await page.evaluate(() => {
      const { __uid2 } = window as unknown as SdkWindow
      const waiting = __uid2.getAdvertisingTokenAsync().catch((error: unknown) => String(error))
      __uid2.disconnect()
      return waiting
    })
    expect(reason).toBe('Error: UID2 SDK aborted.')
  })

  const hour = 3_600_000
  for (const [what, over] of [
    ['no identity', undefined],
    ['one without a token', { advertising_token: '' }],
    [
      'one that has expired for good',
      { identity_expires: Date.now() - hour, refresh_expires: Date.now() - 1 },
    ],
  ] as const)
    test(`tells of the loss at an init with ${what}`, async ({ page, baseURL, email }) => {
      const identity = over && { ...(await identityFor(baseURL, email)), ...over }
      await withSdk(page)
      await init(page, { ...(identity && { identity }), baseUrl: operatorOf(baseURL) })
      expect(await events(page)).toEqual(['SdkLoaded false', 'IdentityUpdated false', 'InitCompleted false'])
      expect(await state(page)).toEqual({ token: undefined, login: true, init: true })
      expect(await stored(page)).toBeNull()
    })

  test('gives times to the cookie of its first version, and writes it again', async ({
    page,
    baseURL,
    email,
    watch,
  }) => {
    watch.allow(/refreshing the token/, 'nothing opens the answer: such a cookie has no key')
    const { advertising_token, refresh_token } = await identityFor(baseURL, email)
    const cookie = encodeURIComponent(JSON.stringify({ advertising_token, refresh_token }))
    await page.context().addCookies([{ name: '__uid_2', value: cookie, url: baseURL ?? '' }])
    const release = await holdRefreshes(page)
    await withSdk(page)
    expect(await state(page)).toEqual({ token: undefined, login: true, init: false })
    await init(page, { baseUrl: operatorOf(baseURL), useCookie: true })
    expect(await state(page)).toEqual({ token: advertising_token, login: false, init: true })
    const cookies = await page.context().cookies()
    const migrated = JSON.parse(
      decodeURIComponent(cookies.find(({ name }) => name === '__uid_2')?.value ?? ''),
    )
    expect(migrated.identity_expires - migrated.refresh_from).toBe(4 * hour)
    expect(migrated.refresh_expires - migrated.refresh_from).toBe(168 * hour)
    release()
  })

  test('loaded twice is what it was', async ({ page, baseURL, email }) => {
    const identity = await identityFor(baseURL, email)
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    await load(page, 'uid2-sdk.js')
    expect(await state(page)).toEqual({ token: identity.advertising_token, login: false, init: true })
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted true'])
  })

  test('renews a due identity without a preflight, and tells late callbacks what has been', async ({
    page,
    baseURL,
    email,
    watch,
  }) => {
    const identity = due(await identityFor(baseURL, email))
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    const renewed = await token(page)
    expect(renewed).not.toBe(identity.advertising_token)
    expect(JSON.parse((await stored(page)) ?? '')).toMatchObject({ advertising_token: renewed })
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted true', 'IdentityUpdated true'])
    const asked = watch.requests.find((request) => request.url().includes('/v2/token/refresh'))
    expect(asked?.url()).toMatch(/\?client=uid2-sdk-[\d.]+$/)
    expect(asked?.postData()).toBe(identity.refresh_token)
    const late = await page.evaluate(() => {
      const { __uid2 } = window as unknown as SdkWindow
      const told: string[] = []
      __uid2.callbacks.push((event) => told.push(event))
      return told
    })
    expect(late).toEqual(['SdkLoaded', 'InitCompleted'])
  })

  test('hears of an opt-out, and remembers it on later pages', async ({ page, baseURL, operator }) => {
    const identity = due(await identityFor(baseURL, 'refresh-optout@example.com'))
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    expect(await token(page)).toBeNull()
    expect(await page.evaluate(() => (window as unknown as SdkWindow).__uid2.hasOptedOut())).toBe(true)
    expect(JSON.parse((await stored(page)) ?? '')).toMatchObject({ status: 'optout' })
    expect(await events(page)).toContain('OptoutReceived false')

    await page.goto('/bare')
    await withSdk(page)
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted false', 'OptoutReceived false'])
    expect(await operator.calls()).toMatchObject({ refresh: 1 })
  })

  test('keeps a token that cannot be renewed now, and warns', async ({
    page,
    baseURL,
    email,
    operator,
    watch,
  }) => {
    watch.allow(/error refreshing the token|status of 500/, 'the operator fails')
    const identity = due(await identityFor(baseURL, email))
    await operator.set({ faults: [{ on: 'refresh', status: 500 }] })
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    expect(await token(page)).toBe(identity.advertising_token)
  })

  test('of EUID keeps its identity under names of its own, in a cookie where the page wants that', async ({
    page,
    baseURL,
    email,
  }) => {
    const identity = await identityFor(baseURL, email)
    await load(page, 'euid-sdk.js')
    const kept = await page.evaluate((identity) => {
      ;(window as unknown as SdkWindow).__euid.init({ identity, useCookie: true })
      return [
        document.cookie.split('; ').map((each) => each.split('=')[0]),
        { ...localStorage },
        (window as unknown as SdkWindow).__euid.getAdvertisingToken(),
      ]
    }, identity)
    expect(kept).toEqual([['__euid_config', '__euid'], {}, identity.advertising_token])
  })
})
