import type { BrowserContext } from '@playwright/test'

/** Builds of the real SDKs, used instead of their stand-ins. docs/channels.md says how to get one. */
const bundles = { 'uid2-sdk.js': process.env.UID2_SDK_BUNDLE, 'euid-sdk.js': process.env.EUID_SDK_BUNDLE }

export async function routeSdkBundles(context: BrowserContext): Promise<void> {
  for (const [script, path] of Object.entries(bundles))
    if (path)
      await context.route(`**/sandbox/cdn/${script}`, (route) =>
        route.fulfill({ path, contentType: 'text/javascript' }),
      )
}
