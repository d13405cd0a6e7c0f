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

/** A page load; the test decides what Google’s script does. */
function load() {
  const calls: string[] = []
  const tags: Tag[] = []
  const page: { googletag?: { cmd: Array<() => void> } & Record<string, unknown> } = {}
  vi.stubGlobal('window', page)
  vi.stubGlobal('location', { origin: 'https://publisher.example' })
  vi.stubGlobal('document', {
    createElement: () => ({ remove: () => calls.push('tag removed') }),
    head: { append: (tag: Tag) => tags.push(tag) },
  })
  /** The script loads; its queue runs a moment later. */
  const arrive = () => {
    const googletag = Object.assign(page.googletag ?? { cmd: [] }, {
      setConfig: (config: object) => calls.push(JSON.stringify(config)),
      enableServices: () => calls.push('services'),
    })
    vi.stubGlobal('googletag', googletag)
    tags.at(-1)?.onload()
    return googletag.cmd
  }
  const finishLoading = () => {
    for (const run of arrive().splice(0)) run()
  }
  const tagged = () => vi.waitFor(() => expect(tags).not.toHaveLength(0))
  return { calls, tags, page, arrive, finishLoading, tagged }
}

test('Google’s tag is configured before its services start: no initial load, ads in safe frames (G5, G8)', async () => {
  const { calls, arrive, tagged, page } = load()
  const tag = loadGpt(url)
  await tagged()
  const queue = arrive()
  await settle()
  expect(calls).toEqual([])
  for (const run of queue) run()
  expect(await tag).toBe(page.googletag)
  expect(calls).toEqual([
    '{"disableInitialLoad":true,"singleRequest":true,"safeFrame":{"forceSafeFrame":true}}',
    'services',
  ])
})

test('Google’s tag is loaded once for several callers (G5)', async () => {
  const { tags, finishLoading, tagged } = load()
  const both = Promise.all([loadGpt(url), loadGpt(url)])
  await tagged()
  finishLoading()
  const [first, second] = await both
  expect(first).toBe(second)
  expect(tags).toHaveLength(1)
})

test('a blocked tag rejects, is removed, and is loaded again by the next call', async () => {
  const { tags, calls, finishLoading, tagged } = load()
  const blocked = loadGpt(url)
  await tagged()
  tags[0]?.onerror()
  await expect(blocked).rejects.toThrow('/sandbox/cdn/gpt.js')
  expect(calls).toEqual(['tag removed'])
  const again = loadGpt(url)
  await vi.waitFor(() => expect(tags).toHaveLength(2))
  finishLoading()
  await expect(again).resolves.toBeDefined()
})
