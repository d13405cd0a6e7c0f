import { afterEach, expect, test, vi } from 'vitest'
import { loadGpt } from '#lib/ads/google/gpt-loader.ts'
import { settle } from './browser-stub.ts'

afterEach(() => vi.unstubAllGlobals())

const url = '/sandbox/cdn/gpt.js'

interface Tag {
  src: string
  onload(): void
  onerror(): void
  remove(): void
}

/** A page load; what Google's script does as it comes is the test's. */
function load() {
  const told: string[] = []
  const tags: Tag[] = []
  const page: { googletag?: { cmd: Array<() => void> } & Record<string, unknown> } = {}
  vi.stubGlobal('window', page)
  vi.stubGlobal('location', { origin: 'https://publisher.example' })
  vi.stubGlobal('document', {
    createElement: () => ({ remove: () => told.push('tag removed') }),
    head: { append: (tag: Tag) => tags.push(tag) },
  })
  /** Its script; what it works off the queue comes a moment later. */
  const arrive = () => {
    const googletag = Object.assign(page.googletag ?? { cmd: [] }, {
      setConfig: (config: object) => told.push(JSON.stringify(config)),
      enableServices: () => told.push('services'),
    })
    vi.stubGlobal('googletag', googletag)
    tags.at(-1)?.onload()
    return googletag.cmd
  }
  const come = () => {
    for (const run of arrive().splice(0)) run()
  }
  const tagged = () => vi.waitFor(() => expect(tags).not.toHaveLength(0))
  return { told, tags, page, arrive, come, tagged }
}

test('Google’s tag is set up before its services begin: nothing is asked for by itself, and ads are shut in (G5, G8)', async () => {
  const { told, arrive, tagged, page } = load()
  const tag = loadGpt(url)
  await tagged()
  const queue = arrive()
  await settle()
  expect(told).toEqual([])
  for (const run of queue) run()
  expect(await tag).toBe(page.googletag)
  expect(told).toEqual([
    '{"disableInitialLoad":true,"singleRequest":true,"safeFrame":{"forceSafeFrame":true}}',
    'services',
  ])
})

test('it is loaded once, however often it is asked for (G5)', async () => {
  const { tags, come, tagged } = load()
  const both = Promise.all([loadGpt(url), loadGpt(url)])
  await tagged()
  come()
  const [first, second] = await both
  expect(first).toBe(second)
  expect(tags).toHaveLength(1)
})

test('one that is blocked rejects, leaves no tag behind, and is tried for again', async () => {
  const { tags, told, come, tagged } = load()
  const blocked = loadGpt(url)
  await tagged()
  tags[0]?.onerror()
  await expect(blocked).rejects.toThrow('/sandbox/cdn/gpt.js')
  expect(told).toEqual(['tag removed'])
  const again = loadGpt(url)
  await vi.waitFor(() => expect(tags).toHaveLength(2))
  come()
  await expect(again).resolves.toBeDefined()
})
