import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/** How Playwright starts a Chromium on this machine. */
export interface BrowserLaunch {
  executablePath: string
  args: string[]
}

/** The first available: the configured one, Playwright's own, an installed one, the one from npm (Linux). */
export async function findChromium(): Promise<BrowserLaunch> {
  const executablePath =
    process.env.CHROMIUM_PATH || playwrightsOwn() || onPath() || installed() || (await fromNpm())
  // So that the workers of this run do not search again.
  process.env.CHROMIUM_PATH = executablePath
  // Chromium's sandbox does not run as root.
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

/** Where Chrome and Edge are installed on Windows, which always has Edge, and on macOS. */
function installed(): string | undefined {
  const { LOCALAPPDATA, ProgramFiles, 'ProgramFiles(x86)': ProgramFiles32 } = process.env
  const folders = [ProgramFiles, ProgramFiles32, LOCALAPPDATA].filter((folder) => folder !== undefined)
  const programs = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']
  const macOs = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  )
  const paths = programs.flatMap((program) => folders.map((folder) => join(folder, program)))
  return [...paths, ...macOs].find(isExecutable)
}

async function fromNpm(): Promise<string> {
  if (process.platform !== 'linux')
    throw new Error('There is no Chromium on this machine: install Chrome, or set CHROMIUM_PATH.')
  return (await import('@sparticuz/chromium')).default.executablePath()
}
