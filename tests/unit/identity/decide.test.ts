import { describe, expect, it } from 'vitest'
import { noStanding } from '#lib/consent/sql-state.ts'
import { decide, type Facts, isEntitled, keepsIdentity } from '#lib/identity/decide.ts'
import { identityFor } from './identities.ts'

const now = Date.now()
const standing = { ...noStanding, choice: 'granted' as const, consent: 1 }
/** Purposes 1, 2, 3, 4, 7 and 10 for vendor 21; and all but the first. */
const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const withoutPurpose1 = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'
/** A reader who said yes, with a valid token. */
const entitled: Facts = {
  now,
  product: 'uid2',
  handoff: 'server',
  gpc: false,
  signedIn: true,
  unsupported: null,
  region: { runs: true, unanswered: 'ask' },
  standing,
  identity: identityFor(),
  operatorFailed: false,
  bucket: null,
}

const onRecord = (facts: Facts, change: object): Facts => ({
  ...facts,
  standing: facts.standing === 'store_down' ? standing : { ...facts.standing, ...change },
})

/** In the order of the contract; each turns what is below it into itself. */
const order: [name: string, make: (facts: Facts) => Facts, expected: object][] = [
  ['gpc', (facts) => ({ ...facts, gpc: true }), { status: 'gpc' }],
  ['signed_out', (facts) => ({ ...facts, signedIn: false }), { status: 'signed_out' }],
  [
    'unsupported',
    (facts) => ({ ...facts, unsupported: 'no_dii' }),
    { status: 'unsupported', reason: 'no_dii' },
  ],
  [
    'region',
    (facts) => ({ ...facts, region: { ...facts.region, runs: false } }),
    { status: 'unsupported', reason: 'region' },
  ],
  [
    'store down',
    (facts) => ({ ...facts, standing: 'store_down' }),
    { status: 'unavailable', reason: 'store' },
  ],
  ['opted_out', (facts) => onRecord(facts, { optedOut: true }), { status: 'opted_out' }],
  ['denied', (facts) => onRecord(facts, { choice: 'denied' }), { status: 'denied' }],
  ['no_choice', (facts) => onRecord(facts, { choice: null }), { status: 'no_choice' }],
  [
    'withheld',
    (facts) => ({ ...facts, identity: identityFor(), bucket: 'control' }),
    { status: 'withheld', bucket: 'control' },
  ],
  ['available', (facts) => ({ ...facts, identity: identityFor() }), { status: 'available' }],
  [
    'operator failed',
    (facts) => ({ ...facts, identity: null, operatorFailed: true }),
    { status: 'unavailable', reason: 'operator' },
  ],
]

describe('the status is the first that holds', () => {
  it.each(order)('%s', (_, make, expected) => {
    expect(decide(make(entitled))).toMatchObject(expected)
  })

  it.each(
    order.flatMap(([high, make, expected], i) =>
      order.slice(i + 1).map(([low, makeLow]) => ({ high, low, facts: make(makeLow(entitled)), expected })),
    ),
  )('$high beats $low', ({ facts, expected }) => {
    expect(decide(facts)).toMatchObject(expected)
  })

  it('everything at once is the first of all', () => {
    const all = order.reduceRight((facts, [, make]) => make(facts), entitled)
    expect(decide(all).status).toBe('gpc')
  })

  it('only `available` carries anything of an identity', () => {
    const carrying = order.filter(([, make]) => 'advertisingToken' in decide(make(entitled)))
    expect(carrying.map(([name]) => name)).toEqual(['available'])
  })
})

describe('a token', () => {
  it('is handed out with what a client needs, and nothing else', () => {
    const identity = identityFor()
    expect(decide({ ...entitled, identity })).toEqual({
      status: 'available',
      now,
      advertisingToken: identity.advertising_token,
      identityExpires: identity.identity_expires,
      refreshFrom: identity.refresh_from,
      source: 'uidapi.com',
    })
  })

  it('U1: is dead in the very millisecond in which it expires', () => {
    const identity = { ...identityFor(), identity_expires: now }
    expect(decide({ ...entitled, identity })).toEqual({ status: 'refreshing', now })
    expect(decide({ ...entitled, identity: { ...identity, identity_expires: now + 1 } }).status).toBe(
      'available',
    )
  })

  it('that is due is still handed out', () => {
    expect(decide({ ...entitled, identity: identityFor({ due: -1 }) }).status).toBe('available')
  })

  it('without one: refreshing, or unavailable once the operator has failed', () => {
    for (const identity of [null, identityFor({ expires: -60_000 })]) {
      expect(decide({ ...entitled, identity })).toEqual({ status: 'refreshing', now })
      expect(decide({ ...entitled, identity, operatorFailed: true })).toEqual({
        status: 'unavailable',
        reason: 'operator',
        now,
      })
    }
  })
})

describe('K1: a hold-out', () => {
  const groups = ['control', 'treatment'] as const

  it('gives a control reader the moment of renewal and nothing of the token', () => {
    const identity = identityFor()
    expect(decide({ ...entitled, identity, bucket: 'control' })).toEqual({
      status: 'withheld',
      now,
      refreshFrom: identity.refresh_from,
      bucket: 'control',
    })
  })

  it('leaves the token of all others as it was, beside their group', () => {
    const identity = identityFor()
    expect(decide({ ...entitled, identity, bucket: 'treatment' })).toEqual({
      ...decide({ ...entitled, identity }),
      bucket: 'treatment',
    })
  })

  it.each(groups)('without a valid token a %s reader is as any other, beside the group', (bucket) => {
    for (const identity of [null, identityFor({ expires: -60_000 })]) {
      const facts = { ...entitled, identity, bucket }
      expect(decide(facts)).toEqual({ status: 'refreshing', now, bucket })
      expect(decide({ ...facts, operatorFailed: true })).toEqual({
        status: 'unavailable',
        reason: 'operator',
        now,
        bucket,
      })
    }
  })

  it('tells no group of who may not have a token, and none at all while nothing is held out', () => {
    const names = ['withheld', 'available', 'operator failed']
    for (const [name, make] of order) {
      for (const bucket of groups)
        if (!names.includes(name))
          expect(decide(make({ ...entitled, bucket })), name).not.toHaveProperty('bucket')
      if (name !== 'withheld') expect(decide(make(entitled)), name).not.toHaveProperty('bucket')
    }
  })
})

describe('client hand-off', () => {
  const client = { ...entitled, handoff: 'client' as const }

  it.each([['uid2'], ['euid']] as const)('adds the six fields of %s, verbatim, and no other', (product) => {
    const identity = identityFor()
    const standing = { ...noStanding, choice: 'granted' as const, consent: 1, signals: { tcf: sufficient } }
    const facts = { ...client, product, ...(product === 'euid' && { standing }) }
    const withMore = { ...identity, added_later: 'by the operator' }
    expect(decide({ ...facts, identity: withMore })).toEqual({
      ...decide({ ...facts, handoff: 'server', identity }),
      identity,
    })
  })

  it('U10: by server hand-off there is no such key', () => {
    expect(decide(entitled)).not.toHaveProperty('identity')
  })

  it('gives it with a valid token alone, and never to a control reader (K1)', () => {
    const others: Facts[] = [
      ...order.filter(([name]) => name !== 'available').map(([, make]) => make(client)),
      { ...client, identity: identityFor({ expires: -60_000 }) },
    ]
    for (const facts of others) expect(decide(facts)).not.toHaveProperty('identity')
  })
})

describe('a rule of place', () => {
  const unasked = { ...entitled, region: { runs: true, unanswered: 'denied' as const } }

  it('may take no answer for a no; an answer counts all the same', () => {
    expect(decide(onRecord(unasked, { choice: null })).status).toBe('denied')
    expect(decide(unasked).status).toBe('available')
  })
})

describe('consent signals', () => {
  const signals = (
    product: Facts['product'],
    content: object,
    choice: 'granted' | 'denied' | null = 'granted',
  ) => decide({ ...entitled, product, standing: { ...standing, choice, signals: content } })

  it('UID2 is not used where GDPR applies', () => {
    // A CMP that asked for consent under the TCF, and does not say that GDPR does not apply, counts too.
    for (const content of [
      { gdprApplies: true },
      { gdprApplies: true, tcf: sufficient },
      { tcf: sufficient },
    ])
      expect(signals('uid2', content)).toMatchObject({ reason: 'gdpr' })
    expect(signals('uid2', { gppSid: [2], gpp: 'DBAA' })).toMatchObject({ reason: 'gdpr' })
    for (const content of [{}, { gdprApplies: false }, { gdprApplies: false, tcf: sufficient }])
      expect(signals('uid2', content).status).toBe('available')
  })

  it('U9: EUID is used there, and only with a consent string that has its purposes', () => {
    expect(signals('euid', { gdprApplies: true, tcf: sufficient })).toMatchObject({ source: 'euid.eu' })
    for (const tcf of [undefined, withoutPurpose1, 'CP', 'invalid_consent_string'])
      expect(signals('euid', { gdprApplies: true, tcf })).toMatchObject({ reason: 'consent' })
  })

  it('an opt-out in a GPP string stops either product', () => {
    const gpp = { gpp: 'DBABLA~CAAVAAAAAABA.YA', gppSid: [7] }
    expect(signals('uid2', gpp)).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect(signals('euid', { tcf: sufficient, ...gpp })).toMatchObject({ reason: 'consent' })
  })

  it('come before what the reader said, so that nobody is asked in vain', () => {
    for (const choice of [null, 'denied'] as const) {
      expect(signals('uid2', { gdprApplies: true }, choice)).toMatchObject({ reason: 'gdpr' })
      expect(signals('euid', {}, choice)).toMatchObject({ status: 'unsupported', reason: 'consent' })
    }
  })
})

describe('what follows from a status', () => {
  it.each([
    ['available', { status: 'available' }, true, true],
    ['withheld', { status: 'withheld' }, true, true],
    ['refreshing', { status: 'refreshing' }, true, true],
    ['unavailable: operator', { status: 'unavailable', reason: 'operator' }, true, true],
    ['unavailable: store', { status: 'unavailable', reason: 'store' }, false, true],
    ['gpc', { status: 'gpc' }, false, true],
    ['signed_out', { status: 'signed_out' }, false, false],
    ['unsupported', { status: 'unsupported', reason: 'gdpr' }, false, false],
    ['opted_out', { status: 'opted_out' }, false, false],
    ['denied', { status: 'denied' }, false, false],
    ['no_choice', { status: 'no_choice' }, false, false],
  ])('%s: may have a token, may keep one', (_, decision, entitles, keeps) => {
    const given = { now, ...decision } as Parameters<typeof isEntitled>[0]
    expect(isEntitled(given)).toBe(entitles)
    expect(keepsIdentity(given)).toBe(keeps)
  })
})
