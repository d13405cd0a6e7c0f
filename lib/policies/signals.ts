import 'server-only'
import { z } from 'zod'
import type { ConsentSignals, Product, UnsupportedReason } from '../identity/public-identity'
import type { Policy, RequestLike } from '../identity/types'
import { gppDenies, gppSaysGdpr, tcfAllowsEuid } from './consent-strings'
import { parseTcfString } from './tcf-string'

/**
 * The bytes of the largest TC string in 2026, and a third more. IAB's list has vendor ids up to about 1,600.
 * Each of 11 purposes may be restricted for every second vendor, which no range shortens: 11 × 800 × 17 bits.
 * With three bit fields of vendors that is 19.4 kB, or 25.9 kB in base64. A GPP string may contain the same
 * once more.
 */
const maxLength = 32 * 1024

const consentString = z.string().regex(new RegExp(`^[\\w.~-]{1,${maxLength}}$`))

/** Whether the text has only characters of a TCF or GPP string. */
const isConsentString = (text: string): boolean => consentString.safeParse(text).success

const members = {
  tcf: consentString,
  gdprApplies: z.boolean(),
  gpp: consentString,
  gppSid: z.array(z.int()).max(100),
}
const documented = z.strictObject(members).partial()
/** Keeps the readable members when another is invalid. */
const readable = z.object({
  tcf: members.tcf.optional().catch(undefined),
  gdprApplies: members.gdprApplies.optional().catch(undefined),
  gpp: members.gpp.optional().catch(undefined),
  gppSid: members.gppSid.optional().catch(undefined),
})

/**
 * Parses consent signals from a browser or another caller. Invalid input is not rejected, because it may
 * contain a denial.
 */
export function parseSignals(given: unknown): ConsentSignals {
  const { success, data } = documented.safeParse(given)
  return success ? data : { ...readable.safeParse(given).data, unreadable: true }
}

/** Signals as a member of a JSON body. */
export const signalsSchema = z.unknown().transform(parseSignals)

/** Signals from a form field. Undefined: the page has no consent platform, or it has not answered yet. */
export function parseFormSignals(field: string | undefined): ConsentSignals | undefined {
  if (field === undefined || field === '') return undefined
  try {
    return parseSignals(JSON.parse(field))
  } catch {
    return { unreadable: true }
  }
}

/**
 * Signals from a consent platform's cookie in a raw `Cookie` header. Next's cookies leave out broken ones and
 * show only one of several. A value that is quoted, encoded or broken, or two different values, are
 * unreadable.
 */
export function readCookieSignals(header: string | null): ConsentSignals {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  const values = pairs.filter((pair) => /^euconsent-v2(=|$)/.test(pair)).map((pair) => pair.slice(13))
  const [tcf, ...others] = new Set(values)
  if (tcf === undefined) return {}
  return others.length === 0 && isConsentString(tcf) ? { tcf } : { unreadable: true }
}

/** What a consent platform's strings say about this product. */
export const consentSignals = ({ product }: { product: Product }): Policy => ({
  name: 'consent_signals',
  check({ request, consent }) {
    const reason = consent && checkSignals(product, currentSignals(request, consent.signals))
    return reason && { status: 'unsupported', reason }
  },
  // An EUID is generated, and passed to exchanges, only together with the consent string. UID2 does not need
  // it.
  passesOn: ({ request, consent }) =>
    product === 'euid' && consent ? currentSignals(request, consent.signals) : undefined,
})

/** A consent platform's cookie is newer than the signals recorded with the choice. */
export const currentSignals = (
  { headers }: Pick<RequestLike, 'headers'>,
  recorded: ConsentSignals,
): ConsentSignals => ({ ...recorded, ...readCookieSignals(headers.get('cookie')) })

/** Why these signals do not allow the product. Null: they do. Pure. */
export function checkSignals(product: Product, signals: ConsentSignals): UnsupportedReason | null {
  const { tcf, gpp, gppSid } = signals
  const unreadable = signals.unreadable || (tcf !== undefined && parseTcfString(tcf) === null)
  if (unreadable) return product === 'uid2' ? 'gdpr' : 'consent'
  if (product === 'uid2' && isUnderGdpr(signals)) return 'gdpr'
  if (product === 'euid' && !(tcf !== undefined && tcfAllowsEuid(tcf))) return 'consent'
  // Section ids without a string are read as a string without sections.
  return (gpp !== undefined || gppSid !== undefined) && gppDenies(gpp ?? emptyGpp, gppSid) ? 'consent' : null
}

/** A GPP string with a header and no section. */
const emptyGpp = 'DBAA'

/** The CMP's `gdprApplies` decides. Without it, a TCF string or GPP section means that GDPR applies. */
const isUnderGdpr = ({ gdprApplies, tcf, gpp, gppSid }: ConsentSignals): boolean =>
  gdprApplies ?? (tcf !== undefined || gppSaysGdpr(gpp, gppSid))
