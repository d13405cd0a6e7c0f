import { defineConfig } from '@playwright/test'
import { findChromium } from './tests/support/browser.ts'

export default defineConfig({
  // Vitest has its own files, named *.test.ts, beside those of the soak project.
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/playwright',
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // One site, one browser: the tests share the operator's counters and this machine's two cores.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  use: {
    launchOptions: await findChromium(),
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'e2e', testDir: 'tests/e2e' },
    { name: 'soak', testDir: 'tests/soak', timeout: 600_000 },
  ],
})
