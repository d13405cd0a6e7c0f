import { type Decision, decide, installCmp, noGdpr, tcDataOf } from '#tests/support/cmp.ts'
import { signInAndConsent, statusLine } from './acts.ts'
import {
  awayAndBack,
  type Channel,
  channels,
  expectFilled,
  identifiersIn,
  openPattern,
  requestsSince,
  signalsKept,
} from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const ofServer = channels.filter(({ handoff }) => handoff === 'server')

/** All that the requests of this way's page carry, once each. */
const carriedBy = async (...args: Parameters<typeof requestsSince>) =>
  identifiersIn(await requestsSince(...args))

for (const channel of ofServer) {
  const refusals: [what: string, decision: Decision][] = [
    ['GDPR applies', { tcf: tcDataOf(sufficient) }],
    ['the platform never answers', { tcf: null }],
  ]
  for (const [what, decision] of refusals)
    test(`G11: ${channel.slug}: ${what}: already the first auction has no token`, async ({
      page,
      context,
      watch,
      email,
    }) => {
      await signInAndConsent(context, { email })
      await installCmp(context, decision)
      await openPattern(page, channel)
      expect(await carriedBy(watch, 0, channel)).toEqual([])
      expect(await signalsKept(page)).toEqual([])
    })

  test(`G11: ${channel.slug}: GDPR does not apply: the first auction waits for that, and has the token`, async ({
    page,
    context,
    watch,
    email,
  }) => {
    const { advertisingToken } = await signInAndConsent(context, { email })
    await installCmp(context, { tcf: noGdpr })
    await openPattern(page, channel)
    expect(await carriedBy(watch, 0, channel)).toEqual([`uidapi.com ${advertisingToken}`])
  })
}

test('G11: what Google’s tag keeps from an earlier page goes, where a platform is silent now', async ({
  page,
  context,
  watch,
  email,
}) => {
  const channel = channels.find(({ slug }) => slug === 'secure-signals') as Channel
  const { advertisingToken } = await signInAndConsent(context, { email })
  await openPattern(page, channel)
  expect(await signalsKept(page)).toEqual(['_GESPSK-uidapi.com'])
  await installCmp(context, { tcf: null })
  const before = watch.auctions.length
  await openPattern(page, channel)
  expect(await carriedBy(watch, before, channel)).toEqual([])
  // It speaks at last: the next auction has the token again.
  await decide(page, { tcf: noGdpr })
  await expect(statusLine(page, 'available')).toBeVisible()
  const later = watch.auctions.length
  await awayAndBack(page)
  await expectFilled(page)
  const carried = await carriedBy(watch, later, channel)
  expect(carried.filter((each) => each !== `uidapi.com ${advertisingToken}`)).toEqual([])
})
