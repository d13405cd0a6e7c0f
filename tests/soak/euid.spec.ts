import { channelOf } from '../e2e/channel-acts.ts'
import { euidSettings, expectEuid } from '../e2e/euid-acts.ts'
import { test } from '../e2e/fixtures.ts'

for (const slug of ['google-deploy', 'prebid-signals', 'browser-sdk']) {
  const channel = channelOf(slug)
  test.describe(() => {
    test.use({ settings: euidSettings(channel) })

    test(`${slug}: an EUID has its own source, provider, globals and modules`, ({
      page,
      context,
      operator,
      watch,
      email,
    }) => expectEuid(channel, { page, context, operator, watch, email }))
  })
}
