import { describe, expect, it } from 'vitest'
import { resolveStatus } from '#lib/identity/status.ts'
import { parsePlace, region, regionRule, unansweredByRegion } from '#lib/policies/region.ts'
import { consentSignals } from '#lib/policies/signals.ts'
import { contextOf } from './context.ts'

describe('the place in a header', () => {
  it.each([
    ['US', { country: 'US', subdivision: null }],
    [' us ', { country: 'US', subdivision: null }],
    ['US-CA', { country: 'US', subdivision: 'CA' }],
    ['gb_ENG', { country: 'GB', subdivision: 'ENG' }],
    ['XK', { country: 'XK', subdivision: null }],
  ])('%j is a country, with or without a part of it', (value, place) => {
    expect(parsePlace(value)).toEqual(place)
  })

  it.each([
    null,
    '',
    'XX',
    'T1',
    'EU',
    'USA',
    'U',
    'US-',
    'US-CALI',
    'US,DE',
    'Ü',
    'ß',
    'ﬁ',
    'SU',
    'AN',
    'A1',
  ])('%j is unknown', (value) => {
    expect(parsePlace(value)).toBeNull()
  })
})

describe('a code outside ISO 3166', () => {
  it.each([
    ['UK', 'GB'],
    ['EL', 'GR'],
    ['FX', 'FR'],
    ['IC', 'ES'],
    ['EA', 'ES'],
    ['CQ', 'GG'],
  ])('%s means %s, where UID2 does not run (S14)', (code, country) => {
    for (const value of [code, ` ${code.toLowerCase()} `, `${code}-1`]) {
      const place = parsePlace(value)
      expect(place?.country).toBe(country)
      expect(regionRule(place, 'uid2').allowed).toBe(false)
    }
  })

  it('is unknown when it means no country: only the countries of ICU remain of all pairs of letters (S14)', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
    // ICU's other codes: an uninhabited island, unions, pseudo-locales, "outlying", "unknown".
    const others = ['CP', 'EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']
    const isCountry = (code: string) =>
      names.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code && !others.includes(code)
    // ICU names these; here they are part of another country.
    const aliases = ['AC', 'CQ', 'DG', 'EA', 'EL', 'FX', 'IC', 'TA', 'UK']
    const pairs = letters.flatMap((first) => letters.map((second) => first + second))
    for (const code of pairs.filter((pair) => !aliases.includes(pair)))
      expect(parsePlace(code)?.country ?? null, code).toBe(isCountry(code) ? code : null)
  })
})

describe('a product by country', () => {
  const runs = (country: string | null, product: 'uid2' | 'euid') =>
    regionRule(country === null ? null : { country, subdivision: null }, product).allowed

  it.each(['US', 'CA', 'JP', 'AU', 'BR'])('UID2 runs in %s, EUID does not', (country) => {
    expect([runs(country, 'uid2'), runs(country, 'euid')]).toEqual([true, false])
  })

  it.each(['AT', 'DE', 'FR', 'GR', 'IE', 'IS', 'LI', 'NO', 'GB', 'CH', 'RE'])(
    'EUID runs in %s, UID2 does not, because the GDPR or a similar law applies',
    (country) => {
      expect([runs(country, 'uid2'), runs(country, 'euid')]).toEqual([false, true])
    },
  )

  it('neither runs where the reader’s place is unknown', () => {
    expect([runs(null, 'uid2'), runs(null, 'euid')]).toEqual([false, false])
  })
})

describe('the region as a policy', () => {
  const check = (
    country: string | undefined,
    product: 'uid2' | 'euid' = 'uid2',
    consent: object | null = {},
  ) =>
    region({ header: 'x-country', product }).check(
      contextOf({ headers: country === undefined ? {} : { 'x-country': country }, consent }),
    )
  const refused = { status: 'unsupported', reason: 'region' }

  it('is checked before the store', () => {
    expect(region({ header: 'x-country', product: 'uid2' }).before).toBe('unavailable')
  })

  it('refuses UID2 where the GDPR applies, EUID elsewhere, and both where the place is unknown', () => {
    expect([check('US'), check('DE'), check(undefined), check('XX')]).toEqual([
      null,
      refused,
      refused,
      refused,
    ])
    const euid = ['US', 'DE', undefined].map((country) => check(country, 'euid'))
    expect(euid).toEqual([refused, null, refused])
  })

  it('also refuses while the store cannot be read', () => {
    expect([check('US', 'uid2', null), check('DE', 'uid2', null)]).toEqual([null, refused])
  })

  it('does not deny readers without an answer: this site asks for consent everywhere', () => {
    expect(check('US', 'uid2', { choice: null })).toBeNull()
  })

  describe('with a rule that counts no answer as a denial', () => {
    const ruleOf = () => ({ allowed: true, unanswered: 'denied' }) as const
    const policy = unansweredByRegion({ header: 'x-country', product: 'uid2', ruleOf })

    it('denies a reader who has not answered', () => {
      expect(policy.check(contextOf({ consent: { choice: null } }))).toEqual({ status: 'denied' })
    })

    it('every other reason comes first: with GDPR signals UID2 is unsupported, not denied', () => {
      const context = contextOf({ consent: { choice: null, signals: { gdprApplies: true } } })
      const input = {
        context: { ...context, subject: null, unsupported: null, identity: null },
        now: 0,
        product: 'uid2' as const,
        refreshedBy: 'server' as const,
        operatorFailed: false,
        consentRefused: false,
        bucket: null,
      }
      const place = { header: 'x-country', product: 'uid2' as const, ruleOf }
      const policies = [region(place), consentSignals({ product: 'uid2' }), unansweredByRegion(place)]
      expect(resolveStatus({ ...input, policies }).identity).toMatchObject({ reason: 'gdpr' })
    })

    it('does not change an answer, an opt-out or a store that cannot be read', () => {
      for (const consent of [{ choice: 'granted' as const }, { choice: null, optedOut: true }, null])
        expect(policy.check(contextOf({ consent }))).toBeNull()
    })
  })
})
