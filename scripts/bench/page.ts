import { type Browser, chromium } from '@playwright/test'
import { findChromium } from '../../tests/support/browser.ts'
import { articles } from '../../tests/support/publication.ts'
import { withToken } from '../../tests/support/reader.ts'
import { startSite } from '../../tests/support/site.ts'
import { buildWithoutUid2 } from './page-variants.ts'
import { median } from './ratio.ts'
import { type Row, report } from './report.ts'

/*
 * From the navigation to the first bid request, in a browser that has nothing in its cache, four times slower than this
 * machine, with 150 ms for each round trip. The pages take turns, so that a busy machine changes all of them alike.
 */

const article = articles.first
const paths = { 'static page': `/articles/${article}`, 'dynamic page': `/live/${article}` }
const rounds = Number(process.argv.find((arg) => arg.startsWith('--rounds='))?.slice(9) ?? 15)

const site = await startSite()
const without = await startSite({ folder: await buildWithoutUid2(article) })
const cookies = async ({ origin }: { origin: string }) =>
  [...(await withToken({ origin })).jar].map(([name, value]) => ({ name, value, url: origin }))

interface Scenario {
  name: string
  url: string
  cookies: { name: string; value: string; url: string }[]
}
const reader = await cookies(site)
const scenarios: Scenario[] = [
  ...Object.entries(paths).flatMap(([name, path]) => [
    { name: `${name}, with a token`, url: site.origin + path, cookies: reader },
    { name: `${name}, without UID2`, url: without.origin + path, cookies: [] },
  ]),
  {
    name: 'the samples’ way, with a token',
    url: `${without.origin}/sample/page.html`,
    cookies: await cookies(without),
  },
]

/** Ms from the navigation to the first bid request, on the browser's clock. */
async function timeToBid(browser: Browser, { name, url, cookies }: Scenario): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, isMobile: true })
  try {
    await context.addCookies(cookies)
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable', { maxPostDataSize: 100_000 })
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 150,
      downloadThroughput: -1,
      uploadThroughput: -1,
    })
    let began = 0
    const bid = new Promise<number>((resolve, reject) => {
      setTimeout(() => reject(new Error(`${name}: no bid request in a minute`)), 60_000).unref()
      devtools.on('Network.requestWillBeSent', ({ type, request, timestamp }) => {
        if (type === 'Document') began ||= timestamp
        if (!request.url.endsWith('/openrtb2/auction')) return
        if (request.postData?.includes('uidapi.com') !== cookies.length > 0)
          reject(new Error(`${name}: the first bid request is not as expected`))
        resolve((timestamp - began) * 1000)
      })
    })
    await Promise.all([bid, page.goto(url)])
    return await bid
  } finally {
    await context.close()
  }
}

const browser = await chromium.launch(await findChromium())
const times = new Map<string, number[]>(scenarios.map(({ name }) => [name, []]))
// The first round warms up the servers.
for (let round = -1; round < rounds; round++)
  for (const scenario of scenarios) {
    const time = await timeToBid(browser, scenario)
    if (round >= 0) times.get(scenario.name)?.push(time)
  }
const medianOf = (name: string) => median(times.get(name) ?? [])
report(`From the navigation to the first bid request: medians of ${rounds}`, [
  ...scenarios.map(({ name }): Row => ({ name, value: medianOf(name), unit: 'ms' })),
  ...Object.keys(paths).flatMap((name): Row[] => {
    const ours = medianOf(`${name}, with a token`)
    const ratio = (of: string) => ours / medianOf(of)
    return [
      {
        name: `${name}: with a token : without UID2`,
        value: ratio(`${name}, without UID2`),
        unit: '×',
        atMost: 1.05,
      },
      { name: `${name}: ours : the samples’ way`, value: ratio('the samples’ way, with a token'), unit: '×' },
    ]
  }),
])
await browser.close()
await site.stop()
await without.stop()
