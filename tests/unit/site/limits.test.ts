import { encode } from 'next-auth/jwt'
import { beforeEach, expect, it } from 'vitest'
import { limitReader, overLimit } from '#lib/site/limits.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
beforeEach(() => {
  becomeSite({ NEXTAUTH_SECRET: secret })
})

it('the 31st request of a subject within a minute waits; another subject does not', async () => {
  for (let i = 0; i < 30; i++) expect(await overLimit('demo:a')).toBeNull()
  const seconds = await overLimit('demo:a')
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(await overLimit('demo:b')).toBeNull()
})

it('counts by subject: a new session of the same account changes nothing', async () => {
  const jar = async (sid: string) =>
    jarOf({
      'lantern-session': await encode({
        token: { sub: 'demo:a', sid, dii: 'no_dii', otherDii: [] },
        secret,
      }),
    })
  for (let i = 0; i < 30; i++) expect(await limitReader(await jar(`sid-${i}`))).toBeNull()
  expect(await limitReader(await jar('one-more'))).not.toBeNull()
})

it('signed out there is nothing to limit', async () => {
  for (let i = 0; i < 40; i++) expect(await limitReader(jarOf({}))).toBeNull()
})
