import { decide, installCmp, noGdpr, tcDataOf } from '#tests/support/cmp.ts'
import { statusLine } from './acts.ts'
import {
  awayAndBack,
  channelOf,
  identifiersIn,
  openPattern,
  requestsSince,
  signalsKept,
} from './channel-acts.ts'
import { sufficient } from './consent-acts.ts'
import { expect, test } from './fixtures.ts'

/** Prebid and Google's tag on one page. Each channel alone: tests/soak/first-visit.spec.ts. */
const several = channelOf('several')

test('on a first visit where GDPR applies the first auctions have no token (G11)', async ({
  page,
  context,
  watch,
  reader: _,
}) => {
  await installCmp(context, { tcf: tcDataOf(sufficient) })
  await openPattern(page, several)
  expect(identifiersIn(await requestsSince(watch, 0, several))).toEqual([])
  expect(await signalsKept(page)).toEqual([])
})

test('on a first visit where GDPR does not apply the first auctions wait for the platform, and have the token (G11)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  await installCmp(context, { tcf: noGdpr })
  await openPattern(page, several)
  expect(identifiersIn(await requestsSince(watch, 0, several))).toEqual([`uidapi.com ${advertisingToken}`])
})

test('while a consent platform is silent no auction has a token, though Google’s tag had cached it; once it answers they have (G11)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  await openPattern(page, several)
  expect(await signalsKept(page)).toEqual(['_GESPSK-uidapi.com'])
  await installCmp(context, { tcf: null })
  const silent = watch.auctions.length
  await openPattern(page, several)
  expect(identifiersIn(await requestsSince(watch, silent, several))).toEqual([])
  expect(await signalsKept(page)).toEqual([])
  await decide(page, { tcf: noGdpr })
  await expect(statusLine(page, 'available')).toBeVisible()
  const answered = watch.auctions.length
  await awayAndBack(page)
  expect(identifiersIn(await requestsSince(watch, answered, several))).toEqual([
    `uidapi.com ${advertisingToken}`,
  ])
})
