// biome-ignore-all lint/suspicious/noTemplateCurlyInString: OpenRTB writes macros so.
import { articles } from './acts.ts'
import { expect, test } from './fixtures.ts'

interface Request {
  id: string
  tmax: number
  imp: { id: string }[]
}

const banner = {
  id: 'b',
  crid: 'c',
  price: 1.25,
  adm: '<p>paid ${AUCTION_PRICE} ${AUCTION_CURRENCY}${AUCTION_MIN_TO_WIN}</p>',
  nurl: 'https://buyer.example/win?p=${AUCTION_PRICE}',
}
const size = { w: 300, h: 250 }
/** Answers that the sandbox's exchange does not give: no bid, two videos, a native ad, and a banner without a size. */
const bids = [
  null,
  [{ id: 'v', price: 9, crid: 'v', ...size, adm: '<VAST version="4.2"/>' }],
  [{ id: 'm', price: 8, crid: 'm', mtype: 2, adm: '<VAST version="4.2"/>' }],
  [{ id: 'n', price: 7, crid: 'n', ...size, adm: '{"native":{"assets":[]}}' }],
  [banner],
]

test('of broken seats, video and native bids of a Prebid Server the banner is shown, with its macros filled in (P16, P17, P18)', async ({
  page,
  context,
  watch,
}) => {
  watch.allow(/prebid/i, 'Prebid may warn of such bids')
  const asked: Request[] = []
  await context.route('**/openrtb2/auction', async (route) => {
    const request: Request = JSON.parse(route.request().postData() ?? '')
    asked.push(request)
    const seatbid = request.imp.flatMap(({ id }) =>
      bids.map((bid) => ({ seat: 'sandbox', bid: bid?.map((each) => ({ ...each, impid: id })) ?? null })),
    )
    await route.fulfill({
      json: { id: request.id, cur: 'USD', seatbid },
      headers: { 'access-control-allow-origin': '*' },
    })
  })
  await context.route('https://buyer.example/**', (route) => route.fulfill({ status: 204 }))
  await page.goto(`/articles/${articles.first}`)
  const frames = page.locator('[data-ad-slot] iframe')
  await expect(frames.first()).toBeVisible()
  for (const frame of await frames.all()) {
    await expect(frame.contentFrame().getByText('paid 1.25 USD', { exact: true })).toBeVisible()
    expect(await frame.evaluate((it: HTMLIFrameElement) => it.width)).not.toMatch(/undefined|^0/)
  }
  await expect
    .poll(() => watch.requests.map((it) => it.url()).filter((url) => url.includes('buyer.example')))
    .toContain('https://buyer.example/win?p=1.25')
  // Three quarters of the auction's time, which is Prebid's own rule.
  expect(asked.map(({ tmax }) => tmax)).toEqual([750])
})
