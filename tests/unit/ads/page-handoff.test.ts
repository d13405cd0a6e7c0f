import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, plain, SERVER_NOW } from './browser-stub.ts'

const withheld = (now = SERVER_NOW): PublicIdentity => ({
  status: 'withheld',
  now,
  refreshFrom: now + 30_000,
  bucket: 'control',
})
const names = [
  '__uid2_advertising_token',
  '__euid_advertising_token',
  'UID2-sdk-identity',
  '__uid_2',
  'EUID-sdk-identity',
  '__euid',
  'uid2_sdk',
]

let kept: Map<string, string>
let cookies: string[]
let page: { googletag?: object }

beforeEach(() => {
  kept = new Map()
  cookies = []
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  })
  vi.stubGlobal('document', {
    set cookie(text: string) {
      cookies.push(text)
    },
  })
  page = load()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** A page load: all of its memory is new, and what the browser keeps is not. */
function load() {
  const { window } = createBrowserStub()
  vi.stubGlobal('window', window)
  return window as { googletag?: object }
}

const handoffOf = async () => (await import('#lib/ads/page-handoff.ts')).pageHandoff()

/** As Prebid and the SDKs leave an identity behind. */
function leave() {
  for (const name of names) kept.set(name, 'SECRET')
}

/** Of the whole site, whatever page they were set on. */
const removedCookies = () =>
  cookies.filter((text) => /; Max-Age=0; path=\/$/.test(text)).map((it) => it.split('=')[0])

describe('what others keep of an identity in this browser', () => {
  test.each<[string, PublicIdentity]>([
    ['who has signed out', plain('signed_out')],
    ['with GPC', plain('gpc')],
    ['who said no', plain('denied')],
    ['of the control group', withheld()],
  ])('goes when a page is opened by a reader %s (S1, S7, K1)', async (_who, identity) => {
    leave()
    const handoff = await handoffOf()
    handoff.start(identity)
    expect([...kept.values()]).not.toContain('SECRET')
    expect(removedCookies()).toEqual(names)
  })

  test('goes when the reader comes into the control group while the page is open (K1)', async () => {
    const handoff = await handoffOf()
    const heard: string[] = []
    for (const event of ['cleared', 'withheld', 'expired'] as const)
      handoff.on(event, () => heard.push(event))
    handoff.start(available('A'))
    leave()
    handoff.start(withheld(SERVER_NOW + 1))
    expect(heard).toEqual(['cleared', 'withheld'])
    expect([...kept.values()]).not.toContain('SECRET')
  })

  test('stays with a reader who has a token', async () => {
    leave()
    const handoff = await handoffOf()
    handoff.start(available('A'))
    expect(names.every((name) => kept.has(name))).toBe(true)
  })
})

describe('what Google’s tag holds', () => {
  const tag = () => {
    const clearAllCache = vi.fn()
    page.googletag = { cmd: { push: (run: () => void) => run() }, secureSignalProviders: { clearAllCache } }
    return clearAllCache
  }

  test('goes once when the reader comes into the control group (K1, G3)', async () => {
    const handoff = await handoffOf()
    const cleared = tag()
    handoff.start(available('A'))
    handoff.start(withheld(SERVER_NOW + 1))
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('goes on the first page on which the reader is of the control group (K1, G3)', async () => {
    tag()
    const before = await handoffOf()
    before.start(available('A'))
    page = load()
    vi.resetModules()
    const cleared = tag()
    const handoff = await handoffOf()
    handoff.start(withheld(SERVER_NOW + 1))
    expect(cleared).toHaveBeenCalledTimes(1)
  })
})

describe('Prebid’s own opt-out', () => {
  const name = '_pbjs_id_optout'

  test('is set by a no, outlasts pages and sign-outs, and is lifted by a yes (P15)', async () => {
    const handoff = await handoffOf()
    handoff.start(plain('denied'))
    expect(kept.get(name)).toBeTruthy()
    handoff.start(plain('signed_out', SERVER_NOW + 1))
    handoff.start(plain('no_choice', SERVER_NOW + 2))
    expect(kept.get(name)).toBeTruthy()
    handoff.start(available('A', { now: SERVER_NOW + 3 }))
    expect(kept.get(name)).toBeUndefined()
  })

  test.each(['denied', 'opted_out'] as const)('is set by %s, and by nothing less (P15)', async (status) => {
    const handoff = await handoffOf()
    for (const [index, less] of (['signed_out', 'no_choice', 'gpc'] as const).entries())
      handoff.start(plain(less, SERVER_NOW + index))
    expect(kept.get(name)).toBeUndefined()
    handoff.start(plain(status, SERVER_NOW + 9))
    expect(kept.get(name)).toBeTruthy()
  })

  test('is lifted by a yes in the control group as in the other: they may differ in the token alone (P15, K1)', async () => {
    const handoff = await handoffOf()
    handoff.start(plain('denied'))
    handoff.start(withheld(SERVER_NOW + 1))
    expect(kept.get(name)).toBeUndefined()
  })

  test('that somebody else has set is not lifted (P15)', async () => {
    kept.set(name, '1')
    const handoff = await handoffOf()
    handoff.start(available('A'))
    expect(kept.get(name)).toBe('1')
    handoff.clear('denied')
    handoff.start(available('B', { now: SERVER_NOW + 10_000 }))
    expect(kept.get(name)).toBe('1')
  })
})

test('a module that is evaluated anew, as hot reloading does, means the same hand-off and its state (P7)', async () => {
  const first = await handoffOf()
  first.start(available('A'))
  vi.resetModules()
  const second = await handoffOf()
  expect(second).toBe(first)
  expect(second.currentToken()?.id).toBe('A')
})
