import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium } from '../support/browser.ts'

/** Runs the tests of this folder in a browser. */
export default defineConfig(async () => ({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  // Bundled at start: Vite would otherwise find it during the run, and reload the tests.
  optimizeDeps: { include: ['fast-check'] },
  test: {
    name: 'conformance in Chromium',
    include: ['tests/conformance/**/*.test.ts'],
    restoreMocks: true,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: await findChromium() }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
}))
