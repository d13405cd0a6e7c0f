// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how macros are written.
import type { BrowserContext, Page } from '@playwright/test'
import { startSite } from '#tests/support/site.ts'
import { articles, choose, signInByApi } from './acts.ts'
import { expect, test } from './fixtures.ts'

/*
 * The Prebid.js of the site against answers of a Prebid Server that the sandbox's exchange never gives.
 */

const first = `/articles/${articles.first}`

interface Request {
  id: string
  tmax: number
  imp: { id: string; banner: { format: { w: number; h: number }[] } }[]
  regs?: { gdpr?: number; ext?: { gdpr?: number } }
  user?: { consent?: string; ext?: { consent?: string; eids?: unknown[] } }
}

/** Answers each auction with what `seats` makes of its slots; returns what was asked. */
async function answerAuctions(context: BrowserContext, seats: (imp: Request['imp'][number]) => unknown[]) {
  const asked: Request[] = []
  await context.route('**/openrtb2/auction', async (route) => {
    const request: Request = JSON.parse(route.request().postData() ?? '')
    asked.push(request)
    await route.fulfill({
      json: { id: request.id, cur: 'USD', seatbid: request.imp.flatMap(seats) },
      headers: { 'access-control-allow-origin': '*' },
    })
  })
  return asked
}

const frames = (page: Page) => page.locator('[data-ad-slot] iframe')

test('P16, P17, P18: of broken seats, video and native bids the banner is shown, its macros filled in', async ({
  page,
  context,
  watch,
}) => {
  watch.allow(/prebid/i, 'Prebid may say what it thinks of such bids')
  const banner = { crid: 'c', adm: '<p>paid ${AUCTION_PRICE} ${AUCTION_CURRENCY}${AUCTION_MIN_TO_WIN}</p>' }
  const asked = await answerAuctions(context, ({ id: impid }) => [
    { seat: 'sandbox', bid: null },
    {
      seat: 'sandbox',
      bid: [{ id: 'v', impid, price: 9, crid: 'v', w: 300, h: 250, adm: '<VAST version="4.2"/>' }],
    },
    {
      seat: 'sandbox',
      bid: [{ id: 'm', impid, price: 8, crid: 'm', mtype: 2, adm: '<VAST version="4.2"/>' }],
    },
    {
      seat: 'sandbox',
      bid: [{ id: 'n', impid, price: 7, crid: 'n', w: 300, h: 250, adm: '{"native":{"assets":[]}}' }],
    },
    {
      seat: 'sandbox',
      bid: [{ ...banner, id: 'b', impid, price: 1.25, nurl: 'https://buyer.example/win?p=${AUCTION_PRICE}' }],
    },
  ])
  await context.route('https://buyer.example/**', (route) => route.fulfill({ status: 204 }))
  await page.goto(first)
  await expect(frames(page).first()).toBeVisible()
  for (const frame of await frames(page).all()) {
    await expect(frame.contentFrame().getByText('paid 1.25 USD', { exact: true })).toBeVisible()
    expect(await frame.evaluate((it: HTMLIFrameElement) => it.width)).not.toMatch(/undefined|^0/)
  }
  await expect
    .poll(() => watch.requests.map((it) => it.url()).filter((url) => url.includes('buyer.example')))
    .toContain('https://buyer.example/win?p=1.25')
  // Three quarters of the auction's time, which is Prebid's own rule.
  expect(asked.map(({ tmax }) => tmax)).toEqual([750])
})

test('P19: a page without a platform bids on an EUID with the consent that the server knows', async ({
  newBrowser,
  email,
}) => {
  const tcf = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
  const euid = await startSite({ env: { UID2_PRODUCT: 'euid' } })
  try {
    const context = await newBrowser({ baseURL: euid.origin })
    const asked = await answerAuctions(context, () => [])
    await context.addCookies([{ name: 'euconsent-v2', value: tcf, url: euid.origin }])
    await signInByApi(context, { email })
    const given = await choose(context, 'granted')
    if (given.status !== 'available') throw new Error(given.status)
    expect(given.consent).toEqual({ tcf })
    const page = await context.newPage()
    await page.goto(first)
    await expect.poll(() => asked.length).toBe(1)
    const [{ user } = {}] = asked
    expect(user?.ext?.eids).toMatchObject([{ source: 'euid.eu', uids: [{ id: given.advertisingToken }] }])
    expect(user?.consent ?? user?.ext?.consent).toBe(tcf)
  } finally {
    await euid.stop()
  }
})
