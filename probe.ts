import { chromium } from '@playwright/test'
import { chromiumLaunch } from './tests/support/browser.ts'
