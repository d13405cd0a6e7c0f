import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment, collectOutput, freePort } from '#tests/support/site.ts'
import { spawnForTests } from '#tests/support/spawn.ts'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { articles, expectAds, readNext } from '../e2e/acts.ts'
import { expect, test } from '../e2e/fixtures.ts'

test('on the development server a page has one token store, one Prebid and one auction (P7)', async ({
  newBrowser,
  watch,
}) => {
  const development = await startDevelopmentServer()
  try {
    const page = await (await newBrowser({ baseURL: development.origin })).newPage()
    await page.goto(`/articles/${articles.first}`, { timeout: 90_000 })
    await expectAds(page, 'none')
    expect(watch.count('GET', '/api/identity')).toBe(1)
    expect(watch.count('GET', '/api/site')).toBe(1)
    await readNext(page)
    await expectAds(page, 'none')
    expect(watch.auctions.map(({ slots }) => slots)).toEqual(Array(2).fill(['article-end', 'article-side']))
    const { adUnits, modules } = await page.evaluate(() => {
      const { pbjs } = window as unknown as { pbjs: { adUnits: unknown[]; installedModules: string[] } }
      return { adUnits: pbjs.adUnits.length, modules: pbjs.installedModules }
    })
    expect(adUnits).toBe(0)
    expect(modules).toEqual([...new Set(modules)])
  } finally {
    await development.stop()
  }
})

/** In the project's folder: its files are apart from those of the build. */
async function startDevelopmentServer(): Promise<{ origin: string; stop(): Promise<void> }> {
  const port = await freePort()
  const child = spawnForTests(nodePath(), [bin.next, 'dev', '-p', String(port)], {
    cwd: root,
    env: {
      ...bareEnvironment(),
      NODE_ENV: 'development',
      PORT: String(port),
      DATA_DIR: mkdtempSync(join(tmpdir(), 'lantern-')),
    },
  })
  const log = collectOutput(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const origin = `http://localhost:${port}`
  const health = async () => (await fetch(`${origin}/api/health`).catch(() => null))?.status ?? log()
  await expect.poll(health, { timeout: 120_000 }).toBe(200)
  // The first request compiles a route, which takes longer than a page waits for its identity.
  for (const path of [`/articles/${articles.first}`, '/api/identity', '/api/site']) await fetch(origin + path)
  await fetch(`${origin}/sandbox/exchange/openrtb2/auction`, { method: 'POST', body: '{}' })
  return {
    origin,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
