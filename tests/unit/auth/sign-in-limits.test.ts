import { beforeEach, describe, expect, it } from 'vitest'
import { limitMessages } from '#lib/auth/sign-in-limits.ts'
import type { Dii } from '#lib/identity/types.ts'
import { becomeSite } from '../../support/server-env.ts'

beforeEach(() => {
  becomeSite({ NEXTAUTH_SECRET: 's'.repeat(32), TRUST_PROXY_HOPS: '1' })
})

/** Whether each of these messages, sent one after another, is allowed. */
async function sent(count: number, message: (i: number) => [from: string, dii: Dii]): Promise<boolean[]> {
  const answers: boolean[] = []
  for (let i = 0; i < count; i++) {
    const [from, dii] = message(i)
    answers.push((await limitMessages(new Headers({ 'x-forwarded-for': from }), dii)) === null)
  }
  return answers
}
const numberOf = (i: number): Dii => ({ kind: 'phone', value: `+1234567${String(i).padStart(4, '0')}` })
const mailOf = (i: number): Dii => ({ kind: 'email', value: `reader-${i}@example.com` })
const allowed = (count: number) => Array<boolean>(count).fill(true)
const refused = (count: number) => Array<boolean>(count).fill(false)

describe('messages to one receiver (A14)', () => {
  const victim: Dii = { kind: 'email', value: 'victim@example.com' }

  it('are limited to five an hour from one network; the owner elsewhere still gets one', async () => {
    const stranger = await sent(8, (i) => [`203.0.113.${i}`, victim])
    expect(stranger).toEqual([...allowed(5), ...refused(3)])
    const sameHalf = await sent(8, (i) => [`2001:db8:1:${i}::1`, victim])
    expect(sameHalf).toEqual([...allowed(5), ...refused(3)])
    expect(await sent(1, () => ['192.0.2.1', victim])).toEqual([true])
  })

  it('are limited to 20 an hour from all networks', async () => {
    const answers = await sent(30, (i) => [`203.0.${i}.1`, victim])
    expect(answers).toEqual([...allowed(20), ...refused(10)])
    expect(await sent(1, () => ['192.0.2.1', mailOf(1)])).toEqual([true])
  })

  it('that one network may not send do not count for all', async () => {
    await sent(19, () => ['203.0.113.1', victim])
    expect(await sent(15, (i) => [`203.0.${i}.1`, victim])).toEqual(allowed(15))
  })
})

describe('text messages (A13)', () => {
  it.each([
    ['an IPv4 /24', (i: number) => `203.0.113.${i}`],
    ['an IPv6 /48', (i: number) => `2001:db8:1:${i.toString(16)}::1`],
  ])('are limited to 30 an hour for %s', async (_, from) => {
    expect(await sent(40, (i) => [from(i), numberOf(i)])).toEqual([...allowed(30), ...refused(10)])
    expect(await sent(40, (i) => [from(i), mailOf(i)])).toEqual(allowed(40))
  })

  it('are limited to 300 an hour for the whole site; mails are not', async () => {
    const from = (i: number) => `2001:db8:${i.toString(16)}::1`
    expect(await sent(320, (i) => [from(i), numberOf(i)])).toEqual([...allowed(300), ...refused(20)])
    expect(await sent(20, (i) => [from(i), mailOf(i)])).toEqual(allowed(20))
  })

  it('that are refused do not count for the whole site', async () => {
    for (let i = 0; i < 50; i++) await sent(10, (j) => ['203.0.113.1', numberOf(j)])
    expect(await sent(250, (i) => [`2001:db8:${i.toString(16)}::1`, numberOf(100 + i)])).toEqual(allowed(250))
  })
})
