import 'server-only'
import type { Product } from '../identity/public-identity'
import type { Policy, PolicyContext } from '../identity/types'
import { findCountry } from './countries'

/**
 * The file to edit for your own rules by region. `REGION_HEADER` names the request header in which your CDN
 * sends the reader's country. Without it there are no such rules, and GDPR is known only from consent
 * platforms.
 */
export interface RegionRule {
  /** Whether this deployment's product may run for this reader. */
  allowed: boolean
  /**
   * For a reader without an answer: ask, or treat it as a denial and do not ask. There is no third value: no
   * token is made before the reader's consent is recorded.
   */
  unanswered: 'ask' | 'denied'
}

export interface RegionOptions {
  /** In lower case. */
  header: string
  product: Product
  ruleOf?: (place: Place | null, product: Product) => RegionRule
}

const ruleFor = (
  { header, product, ruleOf = regionRule }: RegionOptions,
  { request }: PolicyContext,
): RegionRule => ruleOf(parsePlace(request.headers.get(header)), product)

/** Whether the product may run where the reader is. */
export const region = (options: RegionOptions): Policy => ({
  name: 'region',
  before: 'unavailable',
  check: (context) =>
    ruleFor(options, context).allowed ? null : { status: 'unsupported', reason: 'region' },
})

/** Where no answer counts as a denial. In the list it comes last: all other reasons are given first. */
export const unansweredByRegion = (options: RegionOptions): Policy => ({
  name: 'unanswered',
  check(context) {
    const { consent } = context
    const unanswered = consent !== null && consent.choice === null && !consent.optedOut
    return unanswered && ruleFor(options, context).unanswered === 'denied' ? { status: 'denied' } : null
  },
})

/** A place from a CDN: an ISO 3166 country, perhaps with a subdivision, as in `US` or `US-CA`. */
export interface Place {
  country: string
  subdivision: string | null
}

/**
 * Where the GDPR or its British or Swiss equivalent applies: EU, EEA, their territories with own codes, GB,
 * CH.
 */
const gdprCountries = new Set(
  (
    'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE ' +
    'IS LI NO GB CH AX GF GP MQ RE YT MF GI GG IM JE'
  ).split(' '),
)

/**
 * UID2 is for readers outside the GDPR, EUID for those under it. Without a known place neither is allowed.
 * Pure.
 */
export function regionRule(place: Place | null, product: Product): RegionRule {
  if (place === null) return { allowed: false, unanswered: 'ask' }
  const gdpr = gdprCountries.has(place.country)
  return { allowed: gdpr === (product === 'euid'), unanswered: 'ask' }
}

/**
 * Parses the header. Null when it names no country, such as `XX`, `T1` and `A1`, which CDNs send for
 * "unknown", Tor and proxies.
 */
export function parsePlace(value: string | null): Place | null {
  const [, code = '', subdivision = null] =
    /^([A-Za-z]{2})(?:[-_]([A-Za-z0-9]{1,3}))?$/.exec(value?.trim() ?? '') ?? []
  const country = findCountry(code.toUpperCase())
  return country === null ? null : { country, subdivision: subdivision?.toUpperCase() ?? null }
}
