import { describe, expect, it } from 'vitest'
import { noConsent } from '#lib/identity/context.ts'
import { resolveStatus, type StatusInput } from '#lib/identity/status.ts'
import type { Policy, Refusal } from '#lib/identity/types.ts'
import { fakeOperator, minute } from '../../support/core.ts'

const now = 1_800_000_000_000
const identity = fakeOperator(() => now).issue()
const reader = { sub: 'a', sid: 's', dii: 'no_dii', sessionEnds: now + minute } as const
const consent = { ...noConsent, choice: 'granted' as const, consentId: 1 }
const request = { cookies: { get: () => undefined }, headers: { get: () => null } }

/** A reader who consented, with a valid token. */
const entitled: StatusInput = {
  context: {
    request,
    reader,
    subject: { sub: 'a', sid: 's', diiHash: 'h' },
    unsupported: null,
    consent,
    identity,
  },
  now,
  product: 'uid2',
  policies: [],
  refreshedBy: 'server',
  operatorFailed: false,
  consentRefused: false,
  bucket: null,
}

type Change = Partial<Omit<StatusInput, 'context'>> & { context?: Partial<StatusInput['context']> }
const change = (input: StatusInput, { context, ...rest }: Change): StatusInput => ({
  ...input,
  ...rest,
  policies: [...input.policies, ...(rest.policies ?? [])],
  context: { ...input.context, ...context },
})
const refusing = (before: Policy['before'], refusal: Refusal): Policy => ({
  name: 'test',
  ...(before && { before }),
  check: () => refusal,
})

/** In the order of the contract. Each change sets its own status, even with all later changes. */
const order: [name: string, change: Change, expected: object][] = [
  [
    'a policy before signed_out',
    { policies: [refusing('signed_out', { status: 'gpc' })] },
    { status: 'gpc' },
  ],
  ['no reader', { context: { reader: null } }, { status: 'signed_out' }],
  [
    'unusable DII',
    { context: { unsupported: 'unverified' } },
    { status: 'unsupported', reason: 'unverified' },
  ],
  ['a refused consent string', { consentRefused: true }, { status: 'unsupported', reason: 'consent' }],
  [
    'a policy before unavailable',
    { policies: [refusing('unavailable', { status: 'unsupported', reason: 'region' })] },
    { status: 'unsupported', reason: 'region' },
  ],
  ['a store that cannot be read', { context: { consent: null } }, { status: 'unavailable', reason: 'store' }],
  [
    'a policy before opted_out, the default',
    { policies: [refusing(undefined, { status: 'unsupported', reason: 'gdpr' })] },
    { status: 'unsupported', reason: 'gdpr' },
  ],
  ['an opt-out', { context: { consent: { ...consent, optedOut: true } } }, { status: 'opted_out' }],
  ['a denial', { context: { consent: { ...consent, choice: 'denied' } } }, { status: 'denied' }],
  ['no choice', { context: { consent: { ...consent, choice: null } } }, { status: 'no_choice' }],
]

describe('the first matching status wins', () => {
  it.each(order)('%s', (_, own, expected) => {
    const index = order.findIndex(([, other]) => other === own)
    // Changes of the same field exclude each other.
    const following = order.slice(index + 1).filter(([, other]) => !other.context?.consent || !own.context)
    const all = [...following.reverse().map(([, other]) => other), own].reduce(change, entitled)
    const resolved = resolveStatus(all)
    expect(resolved.identity).toEqual({ ...expected, now })
    expect(resolved.entitled).toBe(false)
    // Without a right to a token no group is shown.
    expect(resolveStatus({ ...all, bucket: 'control' }).identity).toEqual({ ...expected, now })
  })

  it('of two policies at the same place the first one in the list wins', () => {
    const policies = [
      refusing('opted_out', { status: 'denied' }),
      refusing('opted_out', { status: 'unsupported', reason: 'gdpr' }),
    ]
    expect(resolveStatus({ ...entitled, policies }).identity.status).toBe('denied')
  })

  it('a policy that returns null changes nothing, and gets request, reader and consent', () => {
    const contexts: unknown[] = []
    const check: Policy['check'] = (context) => {
      contexts.push([context.request, context.reader, context.consent])
      return null
    }
    expect(resolveStatus({ ...entitled, policies: [{ name: 'test', check }] }).identity.status).toBe(
      'available',
    )
    expect(contexts).toEqual([[request, reader, consent]])
  })
})

describe('a refusal', () => {
  const resolveRefusal = (refusal: Refusal) =>
    resolveStatus({ ...entitled, policies: [refusing('signed_out', refusal)] })

  it('clears the cookie', () => {
    expect(resolveRefusal({ status: 'gpc' })).toMatchObject({ keepCookie: false, denial: null })
  })

  it('keeps the cookie on request', () => {
    expect(resolveRefusal({ status: 'gpc', keepCookie: true })).toMatchObject({
      keepCookie: true,
      entitled: false,
    })
  })

  it('returns its denial as data, which the browser does not get', () => {
    const denial = { advertising: 'denied', version: 'gpc', wording: 'w', source: 'gpc' } as const
    const resolved = resolveRefusal({ status: 'gpc', denial })
    expect(resolved.denial).toBe(denial)
    expect(resolved.identity).toEqual({ status: 'gpc', now })
  })

  it('by a store that cannot be read keeps the cookie', () => {
    expect(resolveStatus(change(entitled, { context: { consent: null } })).keepCookie).toBe(true)
  })
})

describe('a reader who may have a token', () => {
  const resolve = (own: Change) => resolveStatus(change(entitled, own))
  const available = {
    status: 'available',
    now,
    advertisingToken: identity.advertising_token,
    identityExpires: identity.identity_expires,
    refreshFrom: identity.refresh_from,
    source: 'uidapi.com',
  }

  it('gets the advertising token and its times, and nothing of the refresh token', () => {
    expect(resolve({})).toEqual({ identity: available, entitled: true, keepCookie: true, denial: null })
  })

  it('of EUID gets it with its own source', () => {
    expect(resolve({ product: 'euid' }).identity).toHaveProperty('source', 'euid.eu')
  })

  it('gets the six fields where the browser refreshes, and no others', () => {
    const context = { identity: { ...identity, later_field: 1 } }
    expect(resolve({ refreshedBy: 'client', context }).identity).toEqual({ ...available, identity })
  })

  it('gets the consent signals of the first policy that passes any on', () => {
    const policies = [undefined, { tcf: 'CP1' }, { tcf: 'CP2' }].map((signals) => ({
      name: 'test',
      check: () => null,
      passesOn: () => signals,
    }))
    expect(resolve({ policies }).identity).toHaveProperty('consent', { tcf: 'CP1' })
  })

  it.each([
    ['without an identity', null],
    ['with a token that expires in this millisecond', { ...identity, identity_expires: now }],
  ])('%s is refreshing, or unavailable when the operator failed', (_, given) => {
    const context = { identity: given }
    expect(resolve({ context }).identity).toEqual({ status: 'refreshing', now })
    const failed = resolve({ context, operatorFailed: true })
    expect(failed.identity).toEqual({ status: 'unavailable', reason: 'operator', now })
    expect(failed).toMatchObject({ entitled: true, keepCookie: true })
  })

  it('keeps a valid token when the operator failed', () => {
    expect(resolve({ operatorFailed: true }).identity.status).toBe('available')
  })

  it('in the control group gets no token, and the time of the next request', () => {
    expect(resolve({ bucket: 'control', refreshedBy: 'client' }).identity).toEqual({
      status: 'withheld',
      bucket: 'control',
      refreshFrom: identity.refresh_from,
      now,
    })
    expect(resolve({ bucket: 'control', context: { identity: null } }).identity).toEqual({
      status: 'refreshing',
      bucket: 'control',
      now,
    })
  })

  it('in the treatment group gets the name of the group', () => {
    expect(resolve({ bucket: 'treatment' }).identity).toEqual({ ...available, bucket: 'treatment' })
  })

  it.each(['control', 'treatment'] as const)(
    'in the %s group is treated like others without a valid token',
    (bucket) => {
      const context = { identity: { ...identity, identity_expires: now } }
      expect(resolve({ bucket, context }).identity).toEqual({ status: 'refreshing', bucket, now })
      const failed = { status: 'unavailable', reason: 'operator', bucket, now }
      expect(resolve({ bucket, context, operatorFailed: true }).identity).toEqual(failed)
    },
  )

  it('gets a token that is due, and one in its last millisecond', () => {
    for (const change of [{ refresh_from: now - 1 }, { identity_expires: now + 1 }])
      expect(resolve({ context: { identity: { ...identity, ...change } } }).identity.status).toBe('available')
  })
})
