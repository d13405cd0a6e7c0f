import { beforeEach, describe, expect, it } from 'vitest'
import { limitMessages } from '#lib/auth/sign-in-limits.ts'
import type { Dii } from '#lib/identity/types.ts'
import { becomeSite } from '../../support/server-env.ts'

beforeEach(() => {
  becomeSite({ NEXTAUTH_SECRET: 's'.repeat(32), TRUST_PROXY_HOPS: '1' })
})

/** Whether each message is sent, of those asked for one after another. */
async function sent(count: number, ask: (i: number) => [from: string, dii: Dii]): Promise<boolean[]> {
  const answers: boolean[] = []
  for (let i = 0; i < count; i++) {
    const [from, dii] = ask(i)
    answers.push((await limitMessages(new Headers({ 'x-forwarded-for': from }), dii)) === null)
  }
  return answers
}
const numberOf = (i: number): Dii => ({ kind: 'phone', value: `+1234567${String(i).padStart(4, '0')}` })
const mailOf = (i: number): Dii => ({ kind: 'email', value: `reader-${i}@example.com` })
const yes = (count: number) => Array<boolean>(count).fill(true)
const no = (count: number) => Array<boolean>(count).fill(false)

describe('A14: the messages of one receiver', () => {
  const victim: Dii = { kind: 'email', value: 'victim@example.com' }

  it('are five an hour for one network; its owner, elsewhere, is not locked out', async () => {
    const stranger = await sent(8, (i) => [`203.0.113.${i}`, victim])
    expect(stranger).toEqual([...yes(5), ...no(3)])
    const sameHalf = await sent(8, (i) => [`2001:db8:1:${i}::1`, victim])
    expect(sameHalf).toEqual([...yes(5), ...no(3)])
    expect(await sent(1, () => ['192.0.2.1', victim])).toEqual([true])
  })

  it('are 20 an hour from everywhere, however many networks ask', async () => {
    const answers = await sent(30, (i) => [`203.0.${i}.1`, victim])
    expect(answers).toEqual([...yes(20), ...no(10)])
    expect(await sent(1, () => ['192.0.2.1', mailOf(1)])).toEqual([true])
  })

  it('that one network may not have use nothing of what all may', async () => {
    await sent(19, () => ['203.0.113.1', victim])
    expect(await sent(15, (i) => [`203.0.${i}.1`, victim])).toEqual(yes(15))
  })
})

describe('A13: text messages', () => {
  it.each([
    ['an IPv4 /24', (i: number) => `203.0.113.${i}`],
    ['an IPv6 /48', (i: number) => `2001:db8:1:${i.toString(16)}::1`],
  ])('are 30 an hour for %s', async (_, from) => {
    expect(await sent(40, (i) => [from(i), numberOf(i)])).toEqual([...yes(30), ...no(10)])
    expect(await sent(40, (i) => [from(i), mailOf(i)])).toEqual(yes(40))
  })

  it('are 300 an hour for the whole site; mails go on', async () => {
    const from = (i: number) => `2001:db8:${i.toString(16)}::1`
    expect(await sent(320, (i) => [from(i), numberOf(i)])).toEqual([...yes(300), ...no(20)])
    expect(await sent(20, (i) => [from(i), mailOf(i)])).toEqual(yes(20))
  })

  it('that are refused use nothing of the budget of the site', async () => {
    for (let i = 0; i < 50; i++) await sent(10, (j) => ['203.0.113.1', numberOf(j)])
    expect(await sent(250, (i) => [`2001:db8:${i.toString(16)}::1`, numberOf(100 + i)])).toEqual(yes(250))
  })
})
