import { describe, expect, it } from 'vitest'
import { resolveStatus, type StatusInput } from '#lib/identity/status.ts'
import type { ConsentState, Policy } from '#lib/identity/types.ts'
import { globalPrivacyControl } from '#lib/policies/gpc.ts'
import { region } from '#lib/policies/region.ts'
import { consentSignals } from '#lib/policies/signals.ts'
import { fakeOperator } from '../../support/core.ts'
import { contextOf } from './context.ts'

const now = 1_800_000_000_000
const policies: Policy[] = [
  globalPrivacyControl({ scope: 'account' }),
  region({ header: 'x-country', product: 'uid2' }),
  consentSignals({ product: 'uid2' }),
]

interface Facts {
  headers: Record<string, string>
  consent: Partial<ConsentState> | null
  input: Partial<Omit<StatusInput, 'context'>>
  context: Partial<StatusInput['context']>
}
const entitled: Facts = { headers: { 'x-country': 'US' }, consent: {}, input: {}, context: {} }

const resolve = ({ headers, consent, input, context }: Facts) =>
  resolveStatus({
    now,
    product: 'uid2',
    policies,
    refreshedBy: 'server',
    operatorFailed: false,
    consentRefused: false,
    bucket: null,
    ...input,
    context: {
      ...contextOf({ headers, consent }),
      subject: { sub: 'a', sid: 's', diiHash: 'h' },
      unsupported: null,
      identity: fakeOperator(() => now).issue(),
      ...context,
    },
  }).identity

const recorded = (facts: Facts, consent: Partial<ConsentState>): Facts => ({
  ...facts,
  consent: { ...facts.consent, ...consent },
})
const header = (facts: Facts, name: string, value: string): Facts => ({
  ...facts,
  headers: { ...facts.headers, [name]: value },
})

/** In the order of the contract. Each function makes its own reason true. */
const order: [name: string, make: (facts: Facts) => Facts, expected: object][] = [
  ['gpc', (facts) => header(facts, 'sec-gpc', '1'), { status: 'gpc' }],
  [
    'signed_out',
    (facts) => ({ ...facts, consent: null, context: { ...facts.context, reader: null } }),
    { status: 'signed_out' },
  ],
  [
    'unsupported',
    (facts) => ({ ...facts, context: { ...facts.context, unsupported: 'no_dii' } }),
    { status: 'unsupported', reason: 'no_dii' },
  ],
  ['region', (facts) => header(facts, 'x-country', 'DE'), { status: 'unsupported', reason: 'region' }],
  ['store down', (facts) => ({ ...facts, consent: null }), { status: 'unavailable', reason: 'store' }],
  [
    'consent signals',
    (facts) => recorded(facts, { signals: { gdprApplies: true } }),
    { status: 'unsupported', reason: 'gdpr' },
  ],
  ['opted_out', (facts) => recorded(facts, { optedOut: true }), { status: 'opted_out' }],
  ['denied', (facts) => recorded(facts, { choice: 'denied' }), { status: 'denied' }],
  ['no_choice', (facts) => recorded(facts, { choice: null }), { status: 'no_choice' }],
  [
    'withheld',
    (facts) => ({ ...facts, input: { ...facts.input, bucket: 'control' } }),
    { status: 'withheld', bucket: 'control' },
  ],
  ['available', (facts) => facts, { status: 'available' }],
]

describe('with the policies of this site the first matching status wins', () => {
  it.each(order)('%s', (_, make, expected) => {
    expect(resolve(make(entitled))).toMatchObject(expected)
  })

  it.each(
    order.flatMap(([high, make, expected], i) =>
      order.slice(i + 1).map(([low, makeLow]) => ({ high, low, facts: make(makeLow(entitled)), expected })),
    ),
  )('$high before $low', ({ facts, expected }) => {
    expect(resolve(facts)).toMatchObject(expected)
  })

  it('with all reasons at once the first one wins', () => {
    expect(resolve(order.reduceRight((facts, [, make]) => make(facts), entitled)).status).toBe('gpc')
  })

  it('only `available` contains anything of an identity, also where the browser refreshes', () => {
    for (const refreshedBy of ['server', 'client'] as const) {
      const carrying = order.filter(([, make]) => {
        const facts = make(entitled)
        const given = resolve({ ...facts, input: { ...facts.input, refreshedBy } })
        return 'advertisingToken' in given || 'identity' in given
      })
      expect(carrying.map(([name]) => name)).toEqual(['available'])
    }
  })

  it('no group of a hold-out is shown for a reader who may not have a token (K1)', () => {
    for (const bucket of ['control', 'treatment'] as const)
      for (const [name, make] of order.slice(0, -2))
        expect(resolve({ ...make(entitled), input: { bucket } }), name).not.toHaveProperty('bucket')
  })
})
