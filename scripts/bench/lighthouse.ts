import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from '@playwright/test'
import { findChromium } from '../../tests/support/browser.ts'
import { articles } from '../../tests/support/publication.ts'
import { cookieOf, type Visitor, visitor, withToken } from '../../tests/support/reader.ts'
import { freePort, startSite } from '../../tests/support/site.ts'
import { npm } from '../support/npm.mjs'
import { mustRun } from '../support/run.mjs'
import { root } from '../support/runtime.mjs'
import { blockingByCpu, type TraceEvent } from './blocking.ts'
import { median } from './ratio.ts'
import { type Row, report } from './report.ts'

/*
 * Lighthouse with its mobile settings (a slow phone, 150 ms round trips, 1.6 Mbit/s), as medians of three. It is
 * installed here, not by the project. `--only=/patterns`: one page; `--rounds=1`: faster.
 */

const version = '13.5.0'
const folder = join(root, 'test-results', 'bench', 'lighthouse')
const option = (name: string) =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3)
const rounds = Number(option('rounds') ?? 3)

const article = articles.first
const pages = [
  { path: '/', performance: 97 },
  { path: `/articles/${article}`, performance: 97 },
  ...[
    `/live/${article}`,
    '/sign-in',
    '/choice',
    '/privacy',
    '/patterns',
    '/patterns/prebid-server',
    '/patterns/several',
    '/patterns/server-to-server',
  ].map((path) => ({ path, performance: 95 })),
].filter(({ path }) => path === (option('only') ?? path))

/** As much of a result as this reads. */
interface Result {
  categories: Record<string, { score: number | null }>
  audits: Record<string, { numericValue?: number }>
}
interface Run {
  lhr: Result
  report: string
  artifacts: { Trace: { traceEvents: TraceEvent[] } }
}
type Lighthouse = (url: string, flags: object) => Promise<Run | undefined>

async function loadLighthouse(): Promise<Lighthouse> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  const [command, args, options] = npm([
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    `lighthouse@${version}`,
  ])
  await mustRun(command, args, { ...options, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const module = pathToFileURL(join(folder, 'node_modules/lighthouse/core/index.js')).href
  return (await import(module)).default
}

const lighthouse = await loadLighthouse()
const site = await startSite()

/** Pages that ask not to be indexed do so on purpose: Lighthouse would count it against their SEO. */
async function isIndexed(url: string): Promise<boolean> {
  const html = await (await fetch(url)).text()
  return !/<meta name="robots" content="[^"]*noindex/.test(html)
}

async function measure(path: string, reader: Visitor, name: string) {
  const port = await freePort()
  const { executablePath, args } = await findChromium()
  const browser = await chromium.launch({
    executablePath,
    args: [...args, `--remote-debugging-port=${port}`],
  })
  try {
    const url = `${site.origin}${path}`
    const run = await lighthouse(url, {
      port,
      logLevel: 'error',
      output: 'json',
      skipAudits: (await isIndexed(url)) ? [] : ['is-crawlable'],
      extraHeaders: { cookie: cookieOf(reader) },
    })
    if (run === undefined) throw new Error('Lighthouse gave no result.')
    writeFileSync(join(folder, `${name}.json`), run.report)
    return { ...run.lhr, blockingByCpu: blockingByCpu(run.artifacts.Trace.traceEvents, url) }
  } finally {
    await browser.close()
  }
}

const rows: Row[] = []
for (const { path, performance } of pages)
  for (const who of ['signed out', 'with a token']) {
    const name = `${path}, ${who}`
    const results: Awaited<ReturnType<typeof measure>>[] = []
    for (let round = 0; round < rounds; round++) {
      const reader = who === 'signed out' ? visitor(site) : await withToken(site)
      results.push(await measure(path, reader, `${name}-${round}`.replaceAll(/\W+/g, '-')))
    }
    const score = (category: string) =>
      median(results.map(({ categories }) => Math.round((categories[category]?.score ?? 0) * 100)))
    const value = (audit: string) => median(results.map(({ audits }) => audits[audit]?.numericValue ?? NaN))
    rows.push({ name: `${name}: performance`, value: score('performance'), unit: '', atLeast: performance })
    for (const category of ['accessibility', 'best-practices', 'seo'])
      rows.push({ name: `${name}: ${category}`, value: score(category), unit: '', atLeast: 100 })
    rows.push(
      { name: `${name}: largest paint`, value: value('largest-contentful-paint'), unit: 'ms', atMost: 2200 },
      { name: `${name}: blocking`, value: value('total-blocking-time'), unit: 'ms', atMost: 100 },
      {
        name: `${name}: blocking, by CPU time`,
        value: median(results.map((result) => result.blockingByCpu)),
        unit: 'ms',
        atMost: 100,
      },
      { name: `${name}: bytes`, value: value('total-byte-weight') / 1000, unit: 'kB' },
    )
  }
report(`Lighthouse ${version}, mobile, medians of ${rounds}`, rows)
await site.stop()
