import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const [first, second, third] = ['first', 'second', 'third'].map((name) => `${name}-password-`.repeat(4)) as [
  string,
  string,
  string,
]

let operator: TestOperator
let site: Site | undefined

beforeAll(async () => {
  operator = await testOperator()
})
afterAll(async () => {
  await site?.stop()
  await operator.close()
})

async function restart(env: Record<string, string>): Promise<Site> {
  const before = site
  await before?.stop()
  site = await startSite({
    env: { ...operator.env, ...env },
    ...(before && { dataDir: before.dataDir, port: before.port }),
  })
  return site
}

describe('N15: rotating the session password', () => {
  it('twice in a row keeps every reader signed in, whether they visited between or not', async () => {
    const often = visitor(await restart({ SESSION_PASSWORD: first }))
    await often.signIn({ email: 'often@example.com' })
    const token = await often.choose('granted')
    const rarely = often.twin()

    await restart({ SESSION_PASSWORD: second, SESSION_PASSWORD_PREVIOUS: first })
    expect(await often.identity()).toMatchObject({
      advertisingToken: 'advertisingToken' in token && token.advertisingToken,
    })
    await restart({ SESSION_PASSWORD: third, SESSION_PASSWORD_PREVIOUS: `${second},${first}` })
    for (const reader of [often, rarely])
      expect(await reader.identity()).toMatchObject({ status: 'available' })

    // What a previous password opened was sealed anew: the previous ones may go.
    await restart({ SESSION_PASSWORD: third })
    for (const reader of [often, rarely])
      expect(await reader.identity()).toMatchObject({ status: 'available' })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('a cookie of a retired password loses nothing but itself: the token is generated again', async () => {
    const reader = visitor(await restart({ SESSION_PASSWORD: first }))
    await reader.signIn({ email: 'late@example.com' })
    await reader.choose('granted')
    await restart({ SESSION_PASSWORD: second })
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
  })
})
