import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tcfAllowsEuid } from '#lib/policies/consent-strings.ts'
import { parseTcfString } from '#lib/policies/tcf-string.ts'
import { readConsent } from '#lib/sandbox/operator/tcf.ts'
import { generate, operatorAt, refusal, sealedCall } from './client.ts'

const GENERATE = '/v2/token/generate'

describe('consent in the EUID scope', () => {
  const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
  const insufficient = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'
  const generateWith = (tcf_consent_string: unknown, scope: 'uid2' | 'euid' = 'euid') =>
    sealedCall(operatorAt(scope).operator, GENERATE, { email: 'a@b.c', tcf_consent_string })

  it.each([
    sufficient,
    'CPehNtWPehNtWABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
    `${sufficient}.YAAAAAAAAAAA`,
  ])('is sufficient: %s', async (tcf) => expect((await generateWith(tcf)).status).toBe('success'))

  it('is insufficient without purpose 1', async () => {
    expect(await generateWith(insufficient)).toEqual({ status: 'insufficient_user_consent' })
  })

  it.each([
    'invalid_consent_string',
    '',
    null,
    'C',
    '....',
    'CPhJRpMPhJRp',
    `D${sufficient.slice(1)}`,
    sufficient.slice(0, -2),
    `${sufficient}.IFoEUQQg`,
    `${sufficient}..IAAA`,
    `${sufficient}.!`,
  ])('is refused as invalid: %j', async (tcf) => {
    expect(await refusal(GENERATE, { email: 'a@b.c', tcf_consent_string: tcf }, 'euid')).toEqual({
      http: 400,
      status: 'client_error',
      message: 'User consent is invalid',
    })
  })

  it.each(['BOOzQoAOOzQoAAPAFSENCW-AIBACBAAABCA=', `B${sufficient.slice(1)}`])(
    'of version 1 fails as at the operator, with a 500: %s',
    async (tcf) => {
      expect(await refusal(GENERATE, { email: 'a@b.c', tcf_consent_string: tcf }, 'euid')).toEqual({
        http: 500,
        status: 'unknown',
        message: 'Unknown error while generating token v2',
      })
    },
  )

  it('is refused with a range of vendors that runs backwards or ends above the highest', async () => {
    for (const [from, to] of [
      [30, 20],
      [1, 41],
    ] as const)
      await expect(generateWith(core(all, none, ranges([from, to]) + noVendor))).rejects.toThrow(
        'User consent is invalid',
      )
  })

  // Every other bit of this core segment is 0.
  const core = (purposes: string, interests: string, vendors: string) => {
    const bits = `000010${'0'.repeat(146)}${purposes}${interests}${'0'.repeat(13)}${vendors}${'0'.repeat(12)}`
    const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? []
    return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString('base64url')
  }
  const number = (value: number, width: number) => value.toString(2).padStart(width, '0')
  const all = '1'.repeat(24)
  const none = '0'.repeat(24)
  const noVendor = `${number(0, 16)}0`
  const listed = `${number(21, 16)}0${'0'.repeat(20)}1`
  const ranges = (...entries: [from: number, to: number][]) =>
    `${number(40, 16)}1${number(entries.length, 12)}${entries.map(([from, to]) => `1${number(from, 16)}${number(to, 16)}`).join('')}`

  it.each([
    ['by consent', all, none, listed, noVendor, 'success'],
    ['by legitimate interest', none, all, noVendor, listed, 'success'],
    ['half by each', '1'.repeat(3).padEnd(24, '0'), all, listed, listed, 'success'],
    ['in a range of vendors', all, none, ranges([1, 3], [20, 22]), noVendor, 'success'],
    ['for other vendors', all, all, ranges([1, 20], [22, 40]), noVendor, 'insufficient_user_consent'],
    ['for purposes, but the vendor by interest', all, none, noVendor, listed, 'insufficient_user_consent'],
    ['for no purpose', none, none, listed, listed, 'insufficient_user_consent'],
  ])('counts consent %s', async (_, purposes, interests, consent, interest, status) => {
    expect((await generateWith(core(purposes, interests, consent + interest))).status).toBe(status)
  })

  it('is not required when absent, nor in the UID2 scope', async () => {
    expect((await generate(operatorAt('euid').operator, { email: 'a@b.c' })).refresh_token).toHaveLength(388)
    expect((await generateWith('invalid_consent_string', 'uid2')).status).toBe('success')
  })

  it('is checked before the opt-out', async () => {
    const payload = { email: 'optout@example.com', tcf_consent_string: insufficient }
    const answer = await sealedCall(operatorAt('euid').operator, GENERATE, payload)
    expect(answer.status).toBe('insufficient_user_consent')
  })
})

it('a TCF string that the site accepts is one that the operator can read (U9b)', () => {
  const good = [
    'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
    'COwBOpCOwBOpCLqAAAENAPCAAAAAAAAAAAAAFfwAYFfAV-BVkAGBVYFWAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEA',
    'COrEAV4OrXx94ACABBENAHCIAD-AAAAAAACAAxAAAAgAIAwgAgAAAAEAgQAAAAAEAYQAQAAAACAAAABAAA.IBAgAAAgAIAwgAgAAAAEAAAACA.QAagAQAgAIAwgA.cAAAAAAAITg',
  ]
  const changed = fc
    .tuple(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(140), fc.constantFrom('A', 'Q', 'f', '_', '.', '')), { maxLength: 4 }),
    )
    .map(([tcf, changes]) =>
      changes.reduce((text, [at, by]) => text.slice(0, at) + by + text.slice(at + 1), tcf),
    )
  fc.assert(
    fc.property(changed, (tcf) => {
      const consent = readConsent(tcf)
      if (parseTcfString(tcf) !== null) expect(['sufficient', 'insufficient']).toContain(consent)
      if (tcfAllowsEuid(tcf)) expect(consent).toBe('sufficient')
    }),
    { numRuns: 2000 },
  )
})
