import { load } from '#tests/support/bare-page.ts'
import { holdRefreshes } from './channel-acts.ts'
import { expect } from './fixtures.ts'
import {
  config,
  disconnect,
  due,
  events,
  init,
  personOf,
  type SdkWindow,
  state,
  stored,
  test,
  token,
  withSdk,
} from './sdk-acts.ts'

/* What the stand-in for UID2's SDK does as the real one does: with `UID2_SDK_BUNDLE` these tests run with that. */

const hour = 3_600_000

test.describe('the stand-in for UID2’s SDK', () => {
  test('stores a fresh identity, and initialises itself with it on the next page', async ({
    page,
    operatorUrl: baseUrl,
    identity,
    operator,
  }) => {
    await withSdk(page)
    expect(await state(page)).toEqual({ token: undefined, login: true, init: false })
    expect(await init(page, { identity, baseUrl })).toBeNull()
    expect(await token(page)).toBe(identity.advertising_token)
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted true'])
    expect(await config(page)).toEqual({ baseUrl })
    // Loaded twice it stays as it was.
    await load(page, 'uid2-sdk.js')
    expect(await state(page)).toEqual({ token: identity.advertising_token, login: false, init: true })
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted true'])

    await page.goto('/bare')
    await withSdk(page)
    expect(await state(page)).toEqual({ token: identity.advertising_token, login: false, init: true })
    expect(await events(page)).toEqual(['SdkLoaded true', 'InitCompleted true'])
    await disconnect(page)
    expect([await token(page), await stored(page)]).toEqual([null, null])
    // The configuration stays for the next page.
    expect(await config(page)).toEqual({ baseUrl })
    expect(await operator.calls()).toMatchObject({ refresh: 0 })
  })

  test('has a stored identity before init, and without a configuration does not initialise itself', async ({
    page,
    identity,
  }) => {
    await page.evaluate((text) => localStorage.setItem('UID2-sdk-identity', text), JSON.stringify(identity))
    await withSdk(page)
    expect(await state(page)).toEqual({ token: identity.advertising_token, login: false, init: false })
    expect(await events(page)).toEqual(['SdkLoaded true'])
  })

  test('refreshes a stored due identity when it is loaded, and no init aborts that', async ({
    page,
    operatorUrl: baseUrl,
    identityFor,
    identity: ofB,
    email,
  }) => {
    const ofA = due(await identityFor(`a-${email}`))
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

  test('takes another init as a change of options, and stores its older identity without using it', async ({
    page,
    operatorUrl: baseUrl,
    identity,
  }) => {
    const older = { ...identity, advertising_token: 'older', identity_expires: identity.identity_expires - 1 }
    const newer = { ...identity, advertising_token: 'newer', identity_expires: identity.identity_expires + 1 }
    await withSdk(page)
    await init(page, { identity, baseUrl })
    expect(await init(page, { identity: older })).toBeNull()
    expect(await token(page)).toBe(identity.advertising_token)
    expect(JSON.parse((await stored(page)) ?? '')).toEqual(older)
    expect(await init(page, { identity: newer })).toBeNull()
    expect(await token(page)).toBe('newer')
    expect(await init(page, { refreshRetryPeriod: 1 })).toBe('RangeError')
    expect(await events(page)).toEqual(['SdkLoaded false', ...Array(3).fill('InitCompleted true')])
  })

  test('after a disconnect rejects those who wait for a token, and works again after the next init', async ({
    page,
    operatorUrl: baseUrl,
    identity,
  }) => {
    await withSdk(page)
    const reason = await page.evaluate(() => {
      const { __uid2 } = window as unknown as SdkWindow
      const waiting = __uid2.getAdvertisingTokenAsync().catch((error: unknown) => String(error))
      __uid2.disconnect()
      return waiting
    })
    expect(reason).toBe('Error: UID2 SDK aborted.')

    await page.goto('/bare')
    const newer = { ...identity, advertising_token: 'newer', identity_expires: identity.identity_expires + 1 }
    await withSdk(page)
    await init(page, { identity, baseUrl })
    await disconnect(page)
    await init(page, { identity: newer })
    expect(await token(page)).toBe('newer')
    expect(await events(page)).toEqual([
      'SdkLoaded false',
      'InitCompleted true',
      'IdentityUpdated false',
      'InitCompleted true',
    ])
  })

  for (const [what, over] of [
    ['no identity', undefined],
    ['an identity without a token', { advertising_token: '' }],
    [
      'an identity that cannot be refreshed any more',
      { identity_expires: Date.now() - hour, refresh_expires: Date.now() - 1 },
    ],
  ] as const)
    test(`reports at an init with ${what} that there is none`, async ({
      page,
      operatorUrl: baseUrl,
      identity,
    }) => {
      await withSdk(page)
      await init(page, { ...(over && { identity: { ...identity, ...over } }), baseUrl })
      expect(await events(page)).toEqual(['SdkLoaded false', 'IdentityUpdated false', 'InitCompleted false'])
      expect(await state(page)).toEqual({ token: undefined, login: true, init: true })
      expect(await stored(page)).toBeNull()
    })

  test('adds times to the cookie of its first version, and stores it again', async ({
    page,
    context,
    baseURL,
    operatorUrl: baseUrl,
    identity: { advertising_token, refresh_token },
    watch,
  }) => {
    watch.allow(/refreshing the token/, 'nothing opens the answer: such a cookie has no key')
    const cookie = encodeURIComponent(JSON.stringify({ advertising_token, refresh_token }))
    await context.addCookies([{ name: '__uid_2', value: cookie, url: baseURL ?? '' }])
    const release = await holdRefreshes(page)
    await withSdk(page)
    expect(await state(page)).toEqual({ token: undefined, login: true, init: false })
    await init(page, { baseUrl, useCookie: true })
    expect(await state(page)).toEqual({ token: advertising_token, login: false, init: true })
    const { value = '' } = (await context.cookies()).find(({ name }) => name === '__uid_2') ?? {}
    const migrated = JSON.parse(decodeURIComponent(value))
    expect(migrated.identity_expires - migrated.refresh_from).toBe(4 * hour)
    expect(migrated.refresh_expires - migrated.refresh_from).toBe(168 * hour)
    release()
  })

  test('refreshes a due identity without a preflight, and repeats to late callbacks what holds', async ({
    page,
    operatorUrl: baseUrl,
    identity: fresh,
    watch,
  }) => {
    const identity = due(fresh)
    await withSdk(page)
    await init(page, { identity, baseUrl })
    const refreshed = await token(page)
    expect(refreshed).not.toBe(identity.advertising_token)
    expect(JSON.parse((await stored(page)) ?? '')).toMatchObject({ advertising_token: refreshed })
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

  test('learns of an opt-out at a refresh, and remembers it on later pages', async ({
    page,
    operatorUrl: baseUrl,
    identityFor,
    operator,
  }) => {
    await withSdk(page)
    await init(page, { identity: due(await identityFor('refresh-optout@example.com')), baseUrl })
    expect(await token(page)).toBeNull()
    expect(await page.evaluate(() => (window as unknown as SdkWindow).__uid2.hasOptedOut())).toBe(true)
    expect(JSON.parse((await stored(page)) ?? '')).toMatchObject({ status: 'optout' })
    expect(await events(page)).toContain('OptoutReceived false')

    await page.goto('/bare')
    await withSdk(page)
    expect(await events(page)).toEqual(['SdkLoaded false', 'InitCompleted false', 'OptoutReceived false'])
    expect(await operator.calls()).toMatchObject({ refresh: 1 })
  })

  test('keeps a token that cannot be refreshed now, and warns', async ({
    page,
    operatorUrl: baseUrl,
    identity,
    operator,
    watch,
  }) => {
    watch.allow(/error refreshing the token|status of 500/, 'the operator fails')
    await operator.set({ faults: [{ on: 'refresh', status: 500 }] })
    await withSdk(page)
    await init(page, { identity: due(identity), baseUrl })
    expect(await token(page)).toBe(identity.advertising_token)
  })

  test('of EUID stores its identity under names of its own, in a cookie if the page wants that', async ({
    page,
    identity,
  }) => {
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
