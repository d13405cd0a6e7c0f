import { expect, test } from 'vitest'
import { givePrebidToken, type PrebidIds } from '#lib/ads/prebid/prebid-token.ts'
import { available, createBrowserStub, settle } from './browser-stub.ts'

const sharedId = { name: 'sharedId', storage: { type: 'cookie', name: '_sharedID' } }
const ours = (id: string) => ({ name: 'uid2', value: { uid2: { id } } })

/** The part of Prebid in use, with what the page configured before. */
function createPrebid(userSync: { userIds?: object[]; idPriority?: object } = {}) {
  let config: { userIds?: object[] } = userSync
  const pbjs: PrebidIds = {
    getConfig: () => config,
    setConfig(next) {
      config = next.userSync
    },
    refreshUserIds: async () => {},
    clearAllAuctions() {},
  }
  return { pbjs, userIds: () => config.userIds, config: () => config }
}

async function signedIn(prebid: ReturnType<typeof createPrebid>) {
  const page = createBrowserStub()
  const end = givePrebidToken(page.tokenStore, prebid.pbjs)
  page.tokenStore.start(available('A'))
  await settle()
  return { page, end }
}

test('Prebid follows the token store: the token, a newer one, and its removal at a sign-out (P1, P3)', async () => {
  const prebid = createPrebid()
  const { page } = await signedIn(prebid)
  expect(prebid.userIds()).toEqual([ours('A')])
  page.tokenStore.start(available('B', { now: available('B').now + 1 }))
  await settle()
  expect(prebid.userIds()).toEqual([ours('B')])
  page.tokenStore.clear('signed_out')
  await settle()
  expect(prebid.userIds()).toEqual([{ name: 'uid2', value: {} }])
})

test('other user IDs stay beside ours, are cleared with it, and return with the next token', async () => {
  const prebid = createPrebid({ userIds: [sharedId], idPriority: { uid2: ['uid2'] } })
  const { page } = await signedIn(prebid)
  expect(prebid.config()).toMatchObject({
    userIds: [sharedId, ours('A')],
    idPriority: { uid2: ['uid2'] },
  })
  const confirm = page.tokenStore.clear('signed_out')
  await settle()
  expect(prebid.userIds()).toEqual([
    { name: 'sharedId', value: {} },
    { name: 'uid2', value: {} },
  ])
  confirm()
  await page.request.answer(available('B'))
  expect(prebid.userIds()).toEqual([sharedId, ours('B')])
})

test('user IDs that another script adds later stay as well', async () => {
  const prebid = createPrebid({ userIds: [sharedId] })
  const { page } = await signedIn(prebid)
  const id5 = { name: 'id5Id', params: { partner: 1 } }
  prebid.pbjs.setConfig({ userSync: { userIds: [sharedId, ours('A'), id5] } })
  page.tokenStore.start(available('B', { now: available('B').now + 1 }))
  await settle()
  expect(prebid.userIds()).toEqual([sharedId, id5, ours('B')])
})

test('Prebid keeps its user IDs once it no longer follows', async () => {
  const prebid = createPrebid()
  const { page, end } = await signedIn(prebid)
  end()
  page.tokenStore.clear('signed_out')
  await settle()
  expect(prebid.userIds()).toEqual([ours('A')])
})
