import { afterEach, expect, test } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, plain, refused, SERVER_NOW } from './browser-stub.ts'

/** A browser closes them with their page. */
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

/** A mark sent after what is on its way has arrived, three times over: so has everything before it. */
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

test('a refresh in one tab makes the other read once, and they do not ping-pong (N23)', async () => {
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

test('another token that another tab spoke of may be another reader’s: it clears first (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  const heard: string[] = []
  for (const event of ['cleared', 'refreshed'] as const)
    b.tokenStore.on(event, (state) => heard.push(`${event} ${state.status}`))
  await a.look()
  await a.request.answer(available('B'))
  await delivered()
  await b.request.answer(new TypeError('offline'))
  await b.look()
  await b.request.answer(available('B'))
  expect(heard).toEqual(['cleared available'])
  expect(b.tokenStore.currentToken()?.id).toBe('B')
})

test('a sign-out drops the token in every tab at once, and they ask when the server knows of it (N23, S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  const heard: string[] = []
  b.tokenStore.on('cleared', (state) => heard.push(state.status))
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
  expect(heard).toEqual(['loading', 'signed_out'])
  await a.request.answer(plain('signed_out', SERVER_NOW + 2))
  await delivered()
  expect([a.methods(), b.methods()]).toEqual(['GET', 'GET'])
  expect(messages).toEqual([{ type: 'cleared' }, { type: 'changed' }])
})

test('a change that another tab speaks of does not make a tab ask whose own act is still on its way (S1)', async () => {
  const [a] = twoTabs(available('A'))
  a.tokenStore.clear('signed_out')
  spy?.postMessage({ type: 'changed' })
  await delivered()
  expect(a.requests).toHaveLength(0)
  expect(a.tokenStore.getSnapshot().status).toBe('signed_out')
})

test('a tab that has not been started hears of a clear, and asks nothing', async () => {
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

test('a tab asks by itself when the other one never says that it is done (N23)', async () => {
  const [a, b] = twoTabs(available('A'))
  a.tokenStore.clear('signed_out')
  await delivered()
  await b.advance(3_000)
  expect(b.methods()).toBe('GET')
})

test('a request under way in another tab does not survive the sign-out (S1)', async () => {
  const [a, b] = twoTabs(available('A'))
  await b.look()
  const { request } = b
  a.tokenStore.clear('signed_out')
  await delivered()
  await request.answer(available('A'))
  expect(b.tokenStore.currentToken()).toBeNull()
})

test('a tab that finds its token gone tells the others; none of them says so again (N23)', async () => {
  const [a, b] = twoTabs(available('A'))
  await a.look()
  await a.request.answer(plain('denied'))
  await delivered()
  await b.request.answer(plain('denied'))
  await delivered()
  expect(b.tokenStore.getSnapshot().status).toBe('denied')
  expect(messages).toEqual([{ type: 'changed' }])
})

test('a tab that comes back without a token, from a sign-in elsewhere say, makes those that have one read (S1)', async () => {
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

test('K6: consent withdrawn in one tab takes the token from the other before the server has answered', async () => {
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
  await a.request.answer(refused('gdpr', SERVER_NOW + 3))
  await delivered()
  expect(b.methods()).toBe('GET GET')
  await b.request.answer(refused('gdpr', SERVER_NOW + 4))
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

test('K6: two tabs whose consent platforms both tell of the change come to rest', async () => {
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
      await tab.request.answer(refused('gdpr', SERVER_NOW + 10_000 * (round + 1)))
    }
  }
  await delivered()
  expect([a, b].map((tab) => tab.tokenStore.getSnapshot().status)).toEqual(['unsupported', 'unsupported'])
  expect([a, b].map((tab) => tab.requests.length < 5)).toEqual([true, true])
})

test('S12: a page without ads leaves the other tabs theirs, and obeys when one of them clears', async () => {
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
