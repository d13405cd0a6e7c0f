import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: operator.env })
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

it('200 sign-outs during refreshes sign no reader in again (N4)', async () => {
  for (let round = 0; round < 200; round++) {
    const reader = visitor(site)
    await reader.signIn({ email: `soak-${round}@example.com` })
    await reader.choose('granted')
    const racing = Array.from({ length: 6 }, () => reader.twin())
    const pending = racing.map((twin, i) => (i % 2 ? twin.ensure() : twin.fetch('/privacy')))
    await reader.signOut()
    await Promise.all(pending)
    for (const twin of [reader, ...racing])
      expect(await twin.identity()).toMatchObject({ status: 'signed_out' })
  }
})

it('40 times 50 parallel requests make 40 operator calls (N3)', async () => {
  for (let round = 0; round < 40; round++) {
    const reader = visitor(site)
    await reader.signIn({ email: `parallel-${round}@example.com` })
    await reader.choose('granted')
    // The refreshed token must not be due at once: that would be a second refresh.
    await operator.set({})
    const twins = Array.from({ length: 50 }, () => reader.twin())
    const answers = await Promise.all(twins.map((twin) => twin.identity()))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set(['available']))
    await until(async () => (await operator.calls()).refresh > 0)
    expect((await operator.calls()).refresh).toBe(1)
    await operator.set({ lifetimes: dueAtOnce })
  }
})

it('20 kills right after an acknowledged opt-out lose none of them (U3)', async () => {
  for (let round = 0; round < 20; round++) {
    const email = `killed-${round}@example.com`
    const reader = visitor(site)
    await reader.signIn({ email })
    await operator.set({ faults: [{ on: 'generate', kind: 'optout', times: 1 }] })
    expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
    await site.stop('SIGKILL')
    site = await startSite({ env: operator.env, dataDir: site.dataDir, port: site.port })
    const again = visitor(site)
    await again.signIn({ email })
    expect(await again.choose('granted')).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(1)
  }
})
