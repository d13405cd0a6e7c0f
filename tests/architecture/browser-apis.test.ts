import { expect, it } from 'vitest'
import { filesIn } from './project.ts'

/** What a browser may lack or refuse, as code names it. */
const mayFail =
  /\b(?:new \(?(?:window\.|globalThis\.)?(?:BroadcastChannel|IntersectionObserver|ResizeObserver)|(?:localStorage|sessionStorage|indexedDB|caches|crypto|navigator)\.|document\.cookie|requestIdleCallback\(|matchMedia\(|structuredClone\()/

it('N28: what a browser may lack or refuse is used in few files, which have a way without', () => {
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
    'lib/ads/token-store/refresh-scheduler.ts',
    'lib/ads/token-store/token-store.ts',
  ])
})
