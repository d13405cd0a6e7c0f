import { readFile } from 'node:fs/promises'
import type { BrowserContext } from '@playwright/test'
import { choose, signInByApi, statusLine } from './acts.ts'
import {
  allKept,
  awayAndBack,
  channelOf,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  storageOf,
} from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

const several = channelOf('several')
/** What could be a token of either product: its first two characters tell which. */
const tokenLike = /[ABEF][34]A{4}[\w-]{60}/

test.use({ settings: { HOLDOUT_PERCENT: '50', HOLDOUT_SALT: 'moths around a lamp' } })

/** Signs readers in until one is in this group, and consents. */
async function signInAsReaderOf(context: BrowserContext, bucket: 'control' | 'treatment', email: string) {
  for (let tries = 1; ; tries++) {
    await signInByApi(context, { email: `${tries}-${email}` })
    const identity = await choose(context, 'granted')
    if ('bucket' in identity && identity.bucket === bucket) return identity
    expect(tries).toBeLessThan(50)
  }
}

test('a control reader’s token is made and refreshed, and no byte of it reaches any page, Prebid or Google (K1, G3)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set({ lifetimes: { refreshFromMs: 1 } })
  const bodies: Promise<string>[] = []
  context.on('response', (response) => bodies.push(response.text().catch(() => '')))
  expect(await signInAsReaderOf(context, 'control', email)).toMatchObject({ status: 'withheld' })
  await operator.set({})
  await openPattern(page, several)
  await expect(statusLine(page, 'withheld')).toBeVisible()
  await expect(page.locator('.events')).toContainText('withheld')
  await expect.poll(() => operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
  await awayAndBack(page)
  const auctions = await requestsSince(watch, 0, several)
  expect(identifiersIn(auctions)).toEqual([])
  const google = auctions.filter(({ gam }) => gam !== undefined)
  expect(google[0]?.gam).toMatchObject({ targeting: { uid2_present: ['n'], uid2_ab: ['c'] }, signals: {} })
  expect(await signalsKept(page)).toEqual([])
  expect((await Promise.all(bodies)).join('\n')).not.toMatch(tokenLike)
  expect(auctions.map(({ body }) => body).join('\n')).not.toMatch(tokenLike)
  expect(await storageOf(page)).not.toMatch(tokenLike)
})

test('what a reader of the experiment was shown is a CSV file, and Google knows the group (K1, K8)', async ({
  page,
  context,
  watch,
  email,
}) => {
  expect(await signInAsReaderOf(context, 'treatment', email)).toMatchObject({ status: 'available' })
  await page.goto('/patterns/hold-out')
  await expect(page.getByRole('region', { name: 'Exposures' }).locator('tbody tr')).toHaveCount(4)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download as CSV' }).click()
  const [head, ...rows] = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n')
  expect(head).toBe('time,unit,bucket,event,slot,token,cpm_usd')
  const cells = rows.map((row) => row.split(','))
  expect(cells.map(([, , bucket, event, slot, token]) => [bucket, event, slot, token]).sort()).toEqual(
    ['auction', 'impression'].flatMap((event) =>
      ['pattern-side', 'pattern-top'].map((slot) => ['treatment', event, slot, '1']),
    ),
  )
  expect(new Set(cells.map(([, unit]) => unit)).size).toBe(1)
  for (const [, , , event, , , cpm] of cells) expect(Number(cpm) > 0).toBe(event === 'impression')
  await openPattern(page, channelOf('secure-signals'))
  expect(watch.auctions.at(-1)?.gam).toMatchObject({ targeting: { uid2_present: ['y'], uid2_ab: ['n'] } })
})

test('several: a reader who comes into the control group on an open page has no token there from then on (K1, G3)', async ({
  page,
  context,
  watch,
  email,
}) => {
  const identity = await signInAsReaderOf(context, 'treatment', email)
  if (identity.status !== 'available') throw new Error(identity.status)
  await openPattern(page, several)
  await requestsSince(watch, 0, several)
  // The server's answer once a greater share of readers is held out.
  const now = Date.now()
  const withheld = { status: 'withheld', now, refreshFrom: now + 3_600_000, bucket: 'control' }
  await page.route('**/api/identity', (route) => route.fulfill({ json: withheld }))
  const auctions = watch.auctions.length
  await lookAgain(page)
  await expect(statusLine(page, 'withheld')).toBeVisible()
  expect(identifiersIn(await requestsSince(watch, auctions, several))).toEqual([])
  expect(await signalsKept(page)).toEqual([])
  for (const name of [identity.advertisingToken, ...allKept])
    expect(await storageOf(page)).not.toContain(name)
})
