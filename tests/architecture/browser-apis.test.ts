import { expect, it } from 'vitest'
import { filesIn } from './project.ts'

/** Browser APIs that may be missing or blocked. */
const mayFail =
  /\b(?:new \(?(?:window\.|globalThis\.)?(?:BroadcastChannel|IntersectionObserver|ResizeObserver)|(?:localStorage|sessionStorage|indexedDB|caches|crypto|navigator)\.|document\.cookie|requestIdleCallback\(|matchMedia\(|structuredClone\()/

it('browser APIs that may be missing or blocked are used in few files, each with a fallback (N28)', () => {
  const ofServer = /^lib\/ads\/server\//
  const files = [
    ...filesIn('lib/ads').filter(({ path }) => !ofServer.test(path)),
    ...filesIn('app').filter(({ directive }) => directive === 'use client'),
  ]
  const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const users = files.filter(({ text }) => mayFail.test(withoutComments(text))).map(({ path }) => path)
  expect(users).toEqual([
    'lib/ads/browser-apis.ts',
    'lib/ads/stored.ts',
    'lib/ads/token-store/browser.ts',
    'lib/ads/token-store/refresh-scheduler.ts',
  ])
})
