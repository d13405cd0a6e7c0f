import { type Decision, installCmp, noGdpr, tcDataOf } from '#tests/support/cmp.ts'
import { channels, identifiersIn, openPattern, requestsSince, signalsKept } from '../e2e/channel-acts.ts'
import { sufficient } from '../e2e/consent-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'

const refusals: Record<string, Decision> = {
  'GDPR applies': { tcf: tcDataOf(sufficient) },
  'the consent platform never answers': { tcf: null },
}

for (const channel of channels.filter(({ handoff }) => handoff === 'server')) {
  for (const [what, decision] of Object.entries(refusals))
    test(`${channel.slug}: on a first visit where ${what} the first auction has no token (G11)`, async ({
      page,
      context,
      watch,
      reader: _,
    }) => {
      await installCmp(context, decision)
      await openPattern(page, channel)
      expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([])
      expect(await signalsKept(page)).toEqual([])
    })

  test(`${channel.slug}: on a first visit where GDPR does not apply the first auction waits for the platform, and has the token (G11)`, async ({
    page,
    context,
    watch,
    reader: { advertisingToken },
  }) => {
    await installCmp(context, { tcf: noGdpr })
    await openPattern(page, channel)
    expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([`uidapi.com ${advertisingToken}`])
  })
}
