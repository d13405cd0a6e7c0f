import { signInAndConsent } from '../e2e/acts.ts'
import { channels, expectFilled } from '../e2e/channel-acts.ts'
import { test } from '../e2e/fixtures.ts'
import { expectAllPages, refuse } from '../e2e/refused-apis-acts.ts'

/** Browser APIs that may be missing or blocked. */
const apis = [
  'BroadcastChannel',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'requestIdleCallback',
  'IntersectionObserver',
  'matchMedia',
  'crypto',
  'structuredClone',
  'document.cookie',
  'crypto.randomUUID',
  'crypto.subtle',
  'crypto.getRandomValues',
  'navigator.sendBeacon',
  'navigator.locks',
  'AbortSignal.any',
  'AbortSignal.timeout',
]

for (const how of ['missing', 'throws'] as const)
  for (const api of apis)
    test(`no page is down where ${api} ${how === 'missing' ? 'is missing' : 'throws'} (N28)`, async ({
      newBrowser,
      watch,
      email,
    }) => {
      watch.allow(/./, 'other companies’ code may complain')
      const context = await newBrowser()
      await signInAndConsent(context, { email })
      await refuse(context, api, how)
      await expectAllPages(await context.newPage())
    })

test('without the APIs that our own code uses, every channel has its ads (N28)', async ({
  page,
  context,
  reader: _,
}) => {
  for (const api of ['BroadcastChannel', 'requestIdleCallback', 'matchMedia'])
    await refuse(context, api, 'throws')
  for (const { slug, handoff } of channels)
    if (handoff === 'server') {
      await page.goto(`/patterns/${slug}`)
      await expectFilled(page)
    }
})
