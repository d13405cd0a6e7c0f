import { afterAll, beforeAll, expect, it } from 'vitest'
import { proofVisitor } from '../support/proof.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site
beforeAll(async () => {
  site = await startSite({ env: { TRUST_PROXY_HOPS: '1' } })
})
afterAll(() => site.stop())

it('200 links and codes, each used by ten parallel requests, make 200 sessions', async () => {
  for (let round = 0; round < 200; round++) {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(
      round % 2 ? `soak-${round}@example.com` : `+1234567${1000 + round}`,
    )
    const twins = Array.from({ length: 10 }, () => proofVisitor(site, new Map(reader.jar)))
    await Promise.all(twins.map((twin) => twin.form('finish', { secret })))
    expect(twins.filter(({ jar }) => jar.has('lantern-session'))).toHaveLength(1)
  }
})

it('100 secrets, each guessed at by 20 parallel requests, allow five tries each', async () => {
  for (let round = 0; round < 100; round++) {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(`guessed-${round}@example.com`)
    const guesses = Array.from({ length: 20 }, () => proofVisitor(site, new Map(reader.jar)))
    const answers = await Promise.all(guesses.map((guess) => guess.step('finish', { secret: 'x' })))
    const problems = await Promise.all(
      answers.map(async (it) => ((await it.json()) as { problem: string }).problem),
    )
    expect(problems.sort()).toEqual([...Array(15).fill('over'), ...Array(5).fill('wrong_secret')])
    expect((await reader.step('finish', { secret })).status).toBe(422)
  }
})

it('50 addresses with 40 parallel requests each are sent 20 messages each', async () => {
  for (let round = 0; round < 50; round++) {
    const from = { 'x-forwarded-for': `203.0.113.${round}` }
    const ask = (i: number) =>
      proofVisitor(site).step('ask', { kind: 'email', value: `flood-${round}-${i}@example.com` }, from)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(i)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20)
  }
})
