import { encode } from 'next-auth/jwt'
import { beforeEach, expect, it } from 'vitest'
import { limitReader, limitSignOuts } from '#lib/site/reader-limits.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
beforeEach(() => {
  becomeSite({ NEXTAUTH_SECRET: secret })
})

/** A request of a reader, in one session. */
async function requestOf(sub: string, sid = 'sid') {
  const token = { sub, sid, dii: 'no_dii', otherDii: [] }
  return { cookies: jarOf({ 'lantern-session': await encode({ token, secret }) }) }
}

it('the 31st request of a reader within a minute is limited; that of another reader is not', async () => {
  for (let i = 0; i < 30; i++) expect(await limitReader(await requestOf('demo:a'))).toBeNull()
  const seconds = await limitReader(await requestOf('demo:a'))
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(await limitReader(await requestOf('demo:b'))).toBeNull()
})

it('requests are counted by account: a new session does not reset the count', async () => {
  for (let i = 0; i < 30; i++) expect(await limitReader(await requestOf('demo:a', `sid-${i}`))).toBeNull()
  expect(await limitReader(await requestOf('demo:a', 'one-more'))).not.toBeNull()
})

it('requests without a reader are not limited', async () => {
  for (let i = 0; i < 40; i++) expect(await limitReader({ cookies: jarOf({}) })).toBeNull()
})

it('the 11th sign-out of a session within a minute is limited; that of another session is not', async () => {
  for (let i = 0; i < 10; i++) expect(await limitSignOuts('sid-a')).toBeNull()
  expect(await limitSignOuts('sid-a')).not.toBeNull()
  expect(await limitSignOuts('sid-b')).toBeNull()
})
