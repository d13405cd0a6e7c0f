import { afterEach, expect, test } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, plain, recordEvents, SERVER_NOW, unsupported } from './browser-stub.ts'

/** A browser closes its channels with the page; here the tests do. */
const open: BroadcastChannel[] = []
class TabChannel extends BroadcastChannel {
  constructor(name: string) {
    super(name)
    open.push(this)
  }
}
const messages: unknown[] = []
let spy: BroadcastChannel | undefined

afterEach(() => {
  for (const channel of open.splice(0)) channel.close()
  spy?.close()
  messages.length = 0
})

function twoTabs(identity: PublicIdentity) {
  spy = new BroadcastChannel('uid2')
  spy.onmessage = (event: MessageEvent) => {
    if (event.data !== 'mark') messages.push(event.data)
  }
  const tab = () => {
    const opened = createBrowserStub({ BroadcastChannel: TabChannel })
    opened.tokenStore.start(identity)
    return opened
  }
  return [tab(), tab()] as const
}

/** Waits for a mark to arrive, three times over: everything sent before has arrived by then. */
async function delivered(): Promise<void> {
  for (let round = 0; round < 3; round++)
    await new Promise<void>((resolve) => {
      const [from, to] = [new BroadcastChannel('uid2'), new BroadcastChannel('uid2')]
      to.onmessage = (event: MessageEvent) => {
        if (event.data !== 'mark') return
        from.close()
        to.close()
        resolve()
      }
      from.postMessage('mark')
    })
}

test('a refresh in one tab makes the other one read once, and no more (N23)', async () => {
  const [a, b] = twoTabs(available('A', { refreshFrom: SERVER_NOW }))
  a.tokenStore.afterAuction()
  await a.idle()
  await a.request.answer(available('B'))
  await delivered()
  expect(b.methods()).toBe('GET')
  await b.request.answer(available('B'))
  await delivered()
  expect(b.tokenStore.currentToken()?.id).toBe('B')
  expect(a.methods()).toBe('POST')
  expect(b.methods()).toBe('GET')
  expect(messages).toEqual([{ type: 'changed' }])
})

test('a token that another tab announced may be another reader’s: the old one is cleared first (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  const events = recordEvents(b.tokenStore, ['cleared', 'refreshed'])
  await a.look()
  await a.request.answer(available('B'))
  await delivered()
  await b.request.answer(new TypeError('offline'))
  await b.look()
  await b.request.answer(available('B'))
  expect(events).toEqual(['cleared available'])
  expect(b.tokenStore.currentToken()?.id).toBe('B')
})

test('a sign-out removes the token in every tab at once, and the tabs read after its confirmation (N23, S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  const events = recordEvents(b.tokenStore, ['cleared'])
  const confirmed = a.tokenStore.clear('signed_out')
  await delivered()
  expect(b.tokenStore.currentToken()).toBeNull()
  await b.look()
  b.tokenStore.start()
  b.tokenStore.start(available('A', { now: SERVER_NOW + 1 }))
  expect(b.requests).toHaveLength(0)
  expect(b.tokenStore.currentToken()).toBeNull()
  confirmed()
  await delivered()
  await b.request.answer(plain('signed_out'))
  await delivered()
  expect(events).toEqual(['cleared loading', 'cleared signed_out'])
  await a.request.answer(plain('signed_out', SERVER_NOW + 2))
  await delivered()
  expect([a.methods(), b.methods()]).toEqual(['GET', 'GET'])
  expect(messages).toEqual([{ type: 'cleared' }, { type: 'changed' }])
})

test('a token that follows a clear in another tab is a new one, not a refresh (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  const events = recordEvents(b.tokenStore, ['refreshed', 'available', 'cleared'])
  events.length = 0
  a.tokenStore.clear('signed_out')()
  await delivered()
  await b.request.answer(available('B', { now: SERVER_NOW + 1 }))
  expect(events).toEqual(['cleared loading', 'available available'])
})

test('a change in another tab causes no read while this tab’s own sign-out is pending (S1)', async () => {
  const [a] = twoTabs(available('A'))
  a.tokenStore.clear('signed_out')
  spy?.postMessage({ type: 'changed' })
  await delivered()
  expect(a.requests).toHaveLength(0)
  expect(a.tokenStore.getSnapshot().status).toBe('signed_out')
})

test('a tab that was not started receives a clear, and reads nothing', async () => {
  const [a] = twoTabs(available('A'))
  const late = createBrowserStub({ BroadcastChannel: TabChannel })
  a.tokenStore.clear('denied')()
  await delivered()
  await late.advance(3_001)
  expect(late.requests).toHaveLength(0)
  late.tokenStore.start(available('A', { now: SERVER_NOW + 1 }))
  expect(late.tokenStore.currentToken()).toBeNull()
  expect(late.methods()).toBe('GET')
})

test('a tab reads by itself when the other one never confirms (N23)', async () => {
  const [a, b] = twoTabs(available('A'))
  a.tokenStore.clear('signed_out')
  await delivered()
  await b.advance(3_000)
  expect(b.methods()).toBe('GET')
  await b.request.answer(plain('signed_out', SERVER_NOW + 1))
  await delivered()
  expect(messages).toEqual([{ type: 'cleared' }])
})

test('a change in another tab replaces a pending read, whose answer may be older (N23)', async () => {
  const [a, b] = twoTabs(available('A'))
  await b.look()
  const { request } = b
  await a.look()
  await a.request.answer(available('B', { now: SERVER_NOW + 1 }))
  await delivered()
  expect(b.methods()).toBe('GET GET')
  await request.answer(available('A', { now: SERVER_NOW + 2 }))
  await b.request.answer(available('B', { now: SERVER_NOW + 2 }))
  await delivered()
  expect([a.methods(), b.tokenStore.currentToken()?.id]).toEqual(['GET', 'B'])
})

test('a page from the back/forward cache tells the other tabs of another reader (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  await a.restore()
  await a.request.answer(available('B', { now: SERVER_NOW + 1 }))
  await delivered()
  expect(b.methods()).toBe('GET')
})

test('messages of other scripts are ignored', async () => {
  const [a] = twoTabs(available('A'))
  for (const message of [null, 'cleared', { type: 'other' }]) spy?.postMessage(message)
  await delivered()
  expect(a.tokenStore.currentToken()?.id).toBe('A')
  expect(a.requests).toHaveLength(0)
})

test('a pending request in another tab restores nothing after the sign-out (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  await b.look()
  const { request } = b
  a.tokenStore.clear('signed_out')
  await delivered()
  await request.answer(available('A'))
  expect(b.tokenStore.currentToken()).toBeNull()
})

test('a tab that lost its token informs the others once (N23)', async () => {
  const [a, b] = twoTabs(available('A'))
  await a.look()
  await a.request.answer(plain('denied'))
  await delivered()
  await b.request.answer(plain('denied'))
  await delivered()
  expect(b.tokenStore.getSnapshot().status).toBe('denied')
  expect(messages).toEqual([{ type: 'changed' }])
})

test('a page without a token, as after a sign-in elsewhere, makes tabs with a token read (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  const back = createBrowserStub({ BroadcastChannel: TabChannel })
  back.tokenStore.start(plain('signed_out'))
  await delivered()
  expect([a.methods(), b.methods()]).toEqual(['GET', 'GET'])
  await a.request.answer(plain('signed_out'))
  await b.request.answer(plain('signed_out'))
  await delivered()
  expect([a.tokenStore.currentToken(), b.tokenStore.currentToken()]).toEqual([null, null])
  await back.look()
  await back.request.answer(plain('signed_out'))
  await delivered()
  expect([a.methods(), b.methods(), back.methods()]).toEqual(['GET', 'GET', 'GET'])
  expect(messages).toEqual([{ type: 'none' }, { type: 'none' }])
})

test('withdrawn consent in one tab removes the token of the other before the server answers (K6)', async () => {
  const [a, b] = twoTabs(available('A'))
  await a.consent({ gdprApplies: false })
  await a.request.answer(available('A', { now: SERVER_NOW + 1 }))
  await b.look()
  const old = b.request
  await a.consent({ gdprApplies: true })
  await delivered()
  expect([a.tokenStore.currentToken(), b.tokenStore.currentToken()]).toEqual([null, null])
  await old.answer(available('A', { now: SERVER_NOW + 2 }))
  expect(b.tokenStore.currentToken()).toBeNull()
  await a.request.answer(unsupported('gdpr', SERVER_NOW + 3))
  await delivered()
  expect(b.methods()).toBe('GET GET')
  await b.request.answer(unsupported('gdpr', SERVER_NOW + 4))
  await delivered()
  expect(b.tokenStore.getSnapshot().status).toBe('unsupported')
  expect(messages).toEqual([{ type: 'cleared' }, { type: 'changed' }])

  await a.consent({ gdprApplies: false })
  await delivered()
  await a.request.answer(available('B', { now: SERVER_NOW + 5 }))
  await delivered()
  await b.request.answer(available('B', { now: SERVER_NOW + 6 }))
  expect([a.tokenStore.currentToken()?.id, b.tokenStore.currentToken()?.id]).toEqual(['B', 'B'])
})

test('two tabs whose consent platforms both report a change stop sending (K6)', async () => {
  const [a, b] = twoTabs(available('A'))
  for (const tab of [a, b]) {
    await tab.consent({ gdprApplies: false })
    await tab.request.answer(available('A', { now: SERVER_NOW + 1 }))
  }
  await a.consent({ gdprApplies: true })
  await b.consent({ gdprApplies: true })
  for (let round = 0; round < 6; round++) {
    await delivered()
    for (const tab of [a, b]) {
      await tab.advance(3_001)
      await tab.request.answer(unsupported('gdpr', SERVER_NOW + 10_000 * (round + 1)))
    }
  }
  await delivered()
  expect([a, b].map((tab) => tab.tokenStore.getSnapshot().status)).toEqual(['unsupported', 'unsupported'])
  expect([a, b].map((tab) => tab.requests.length < 5)).toEqual([true, true])
})

test('a page without ads leaves the tokens of other tabs, and follows their clear (S12)', async () => {
  const [a, b] = twoTabs(available('A'))
  a.tokenStore.disableAds()
  await delivered()
  expect(b.tokenStore.currentToken()?.id).toBe('A')
  const confirmed = b.tokenStore.clear('denied')
  await delivered()
  await a.advance(3_001)
  expect(a.requests).toHaveLength(0)
  a.tokenStore.start(available('A', { now: SERVER_NOW + 1 }))
  expect(a.tokenStore.currentToken()).toBeNull()
  await a.request.answer(available('A', { now: SERVER_NOW + 2 }))
  expect(a.tokenStore.currentToken()?.id).toBe('A')
  a.tokenStore.disableAds()
  confirmed()
  await delivered()
  expect(a.methods()).toBe('GET')
  expect(messages).toEqual([{ type: 'cleared' }, { type: 'changed' }])
})

test('messages carry no identity (S3)', async () => {
  const [a] = twoTabs(available('SECRET'))
  await a.look()
  await a.request.answer(available('SECRET-2'))
  a.tokenStore.clear('denied')
  await delivered()
  expect(messages).toEqual([{ type: 'changed' }, { type: 'cleared' }])
})
