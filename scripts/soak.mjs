// Repeats what `npm test` tests once, to find rare orders of events. With UID2_SDK_BUNDLE, the path of a
// build of UID2's browser SDK, it runs the SDK's tests with that build instead of the stand-in.
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('tests')
await ensureInstalled()
const { ensureBuilt } = await import('./support/build.mjs')
const { sdkBundles } = await import('./support/sdk-bundles.mjs')
const { createTally, runPlaywright, runVitest } = await import('./support/suites.mjs')

const tally = createTally()
const withRealSdk = sdkBundles()
await ensureBuilt()
if (withRealSdk) {
  const args = ['--grep', 'browser-sdk|UID2’s SDK']
  for (const project of ['e2e', 'soak']) await runPlaywright(tally, project, { args })
} else {
  await runVitest(tally, 'soak')
  await runPlaywright(tally, 'soak')
}
tally.close()
