import { defineConfig } from '@playwright/test'
import { findChromium } from './tests/support/browser.ts'

export default defineConfig({
  // Vitest's files are named *.test.ts.
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/playwright',
  reporter: 'list',
  // On a busy machine the start of a site, which its first test waits for, takes most of it.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Each worker has its own site, operator and browser.
  workers: 2,
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
