import { unsealData } from 'iron-session'
import { expect, it } from 'vitest'
import { testOperator } from '../support/operator.ts'
import { identityCookie } from '../support/publication.ts'
import { signedIn, tokenIn, withToken } from '../support/reader.ts'
import { startSite } from '../support/site.ts'

const of = (name: string) => name.padEnd(40, '.')
const before = { SESSION_PASSWORD: of('first password'), CHOICES_PEPPER: of('first pepper') }
const after = {
  SESSION_PASSWORD: of('second password'),
  SESSION_PASSWORD_PREVIOUS: before.SESSION_PASSWORD,
  CHOICES_PEPPER: of('second pepper'),
  CHOICES_PEPPER_PREVIOUS: before.CHOICES_PEPPER,
}
/** The operator answers a generate for it with an opt-out. */
const optsOut = 'optout@example.com'

it('what was answered before a kill holds after it, also with new secrets (U3, N15)', async () => {
  const operator = await testOperator()
  const first = await startSite({ env: { ...operator.env, ...before } })
  const reader = await withToken(first)
  const copy = reader.twin()
  const answered = await (await signedIn(first, optsOut)).choose('granted')
  await first.stop('SIGKILL')
  expect(answered).toMatchObject({ status: 'opted_out' })
  const { dataDir, port } = first
  const site = await startSite({ env: { ...operator.env, ...after }, dataDir, port })

  for (const email of [optsOut, ' OptOut@Example.com']) {
    const again = await signedIn(site, email)
    for (const path of ['/', '/privacy', '/choice']) expect((await again.fetch(path)).status).toBe(200)
    for (const answer of [await again.identity(), await again.ensure(), await again.choose('granted')])
      expect(answer).toMatchObject({ status: 'opted_out' })
  }
  // One for each of the two readers, before the kill.
  expect((await operator.calls()).generate).toBe(2)

  for (const each of [reader, copy]) expect(tokenIn(await each.identity())).toBe(reader.token)
  const sealed = reader.jar.get(identityCookie) ?? ''
  const opened = await unsealData<{ identity: object }>(sealed, { password: after.SESSION_PASSWORD })
  expect(opened.identity).toMatchObject({ advertising_token: reader.token })
  await site.stop()
  await operator.close()
})
