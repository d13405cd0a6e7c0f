import { afterEach, expect, test, vi } from 'vitest'
import { importPrebid } from '#lib/ads/prebid/import-prebid.ts'

const pbjs = {}
const modules = ['userId', 'uid2IdSystem', 'euidIdSystem', 'prebidServerBidAdapter']
let loaded: string[]

function mock(): void {
  loaded = []
  vi.resetModules()
  vi.doMock('prebid.js', () => ({ default: pbjs }))
  for (const name of modules)
    vi.doMock(`prebid.js/modules/${name}`, () => {
      loaded.push(name)
      return {}
    })
}
afterEach(() => void vi.resetModules())

const server = { endpoint: '/auction', accountId: '1' }

test.each([
  ['uid2', server, ['prebidServerBidAdapter', 'uid2IdSystem', 'userId']],
  ['euid', null, ['euidIdSystem', 'userId']],
] as const)(
  'of Prebid’s modules only those of the deployment are loaded: %s',
  async (product, prebidServer, wanted) => {
    mock()
    expect(await importPrebid({ product, prebidServer })).toBe(pbjs)
    expect(loaded.sort()).toEqual(wanted)
  },
)

test('what needs no settings is loaded before they are there', async () => {
  mock()
  type Settings = { product: 'uid2'; prebidServer: null }
  let answer: (settings: Settings) => void = () => {}
  const loading = importPrebid(new Promise<Settings>((resolve) => (answer = resolve)))
  await vi.waitFor(() => expect(loaded).toEqual(['userId']))
  answer({ product: 'uid2', prebidServer: null })
  await loading
  expect(loaded).toEqual(['userId', 'uid2IdSystem'])
})
