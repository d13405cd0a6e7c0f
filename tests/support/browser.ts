import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/** What Playwright has to know to start a Chromium on this machine. */
export interface BrowserLaunch {
  executablePath: string
  args: string[]
}

/** The first that is there: the one asked for, Playwright's own, the system's, the one from npm. */
export async function findChromium(): Promise<BrowserLaunch> {
  const executablePath = process.env.CHROMIUM_PATH || playwrightsOwn() || onPath() || (await fromNpm())
  // The workers of this run need not look again.
  process.env.CHROMIUM_PATH = executablePath
  // Chromium's own sandbox refuses to run as root.
  return { executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] }
}

function playwrightsOwn(): string | undefined {
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

function onPath(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function fromNpm(): Promise<string> {
  return (await import('@sparticuz/chromium')).default.executablePath()
}
