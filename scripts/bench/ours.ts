import { testOperator } from '../../tests/support/operator.ts'
import { cookieOf, keep, type Visitor, visitor } from '../../tests/support/reader.ts'
import { startSite } from '../../tests/support/site.ts'
import type { Scenario } from './cpu.ts'

/** Readers that take turns, one for each connection. Each has cookies of its own. */
export const readers = 16

/** The site with a sandbox operator beside it. */
export async function startOurs() {
  const operator = await testOperator()
  const site = await startSite({ env: { ...operator.env, UID2_TIMEOUT_MS: '30000' } })
  return {
    operator,
    site,
    async readersWithToken(name: string): Promise<Visitor[]> {
      const all = Array.from({ length: readers }, () => visitor(site))
      for (const [i, reader] of all.entries()) {
        await reader.signIn({ email: `${name}-${i}@example.com` })
        await reader.choose('granted')
      }
      return all
    },
    async stop() {
      await operator.set({})
      await site.stop()
      await operator.close()
    },
  }
}

/** Sends their cookies. */
export const cookiesOf = (all: readonly Visitor[]): Pick<Scenario, 'cookie'> => ({
  cookie: (connection) => cookieOf(all[connection] as Visitor),
})

/** Sends their cookies, and keeps those that are set. */
export const browsersOf = (all: readonly Visitor[]): Pick<Scenario, 'cookie' | 'answered'> => ({
  ...cookiesOf(all),
  answered(connection, { 'set-cookie': cookies = [] }) {
    for (const cookie of cookies) keep((all[connection] as Visitor).jar, cookie)
  },
})
