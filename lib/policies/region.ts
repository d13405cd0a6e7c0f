import 'server-only'
import type { Policy, Product } from '../identity/types'
import { findCountry } from './countries'

/**
 * The one file to edit for your own rules of place. `REGION_HEADER` names the request header in which your CDN
 * says where the reader is; without it there are no such rules, and consent platforms alone tell of GDPR.
 */
export interface RegionRule {
  /** Whether this deployment's product may run for this reader at all. */
  runs: boolean
  /**
   * What holds for a reader who has not answered: the question is put to them, or it counts as a no and they
   * are not asked. There is no third: nothing is made of an address before its owner's yes is on record.
   */
  unanswered: 'ask' | 'denied'
}

/** `header`: in lower case. */
export const region = ({
  header,
  product,
  ruleOf = regionRule,
}: {
  header: string
  product: Product
  ruleOf?: (place: Place | null, product: Product) => RegionRule
}): Policy => ({
  name: 'region',
  before: 'unavailable',
  check({ request, consent }) {
    const rule = ruleOf(placeOf(request.headers.get(header)), product)
    if (!rule.runs) return { status: 'unsupported', reason: 'region' }
    const unanswered = consent !== null && consent.choice === null && !consent.optedOut
    return unanswered && rule.unanswered === 'denied' ? { status: 'denied' } : null
  },
})

/** A place as CDNs tell it: ISO 3166 country, perhaps with a subdivision, as in `US` or `US-CA`. */
export interface Place {
  country: string
  subdivision: string | null
}

/** Where the GDPR or its British and Swiss kin apply: EU, EEA, their parts with codes of their own, GB, CH. */
const gdprCountries = new Set(
  (
    'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE ' +
    'IS LI NO GB CH AX GF GP MQ RE YT MF GI GG IM JE'
  ).split(' '),
)

/**
 * UID2 runs outside the GDPR's reach, EUID within it, and where nobody can say where a reader is, neither does.
 * Pure.
 */
export function regionRule(place: Place | null, product: Product): RegionRule {
  if (place === null) return { runs: false, unanswered: 'ask' }
  const gdpr = gdprCountries.has(place.country)
  return { runs: gdpr === (product === 'euid'), unanswered: 'ask' }
}

/**
 * Reads such a header; null for whatever names no country, such as the `XX`, `T1` and `A1` that CDNs use for
 * "unknown", Tor and proxies.
 */
export function placeOf(value: string | null): Place | null {
  const [, code = '', subdivision = null] =
    /^([A-Za-z]{2})(?:[-_]([A-Za-z0-9]{1,3}))?$/.exec(value?.trim() ?? '') ?? []
  const country = findCountry(code.toUpperCase())
  return country === null ? null : { country, subdivision: subdivision?.toUpperCase() ?? null }
}
