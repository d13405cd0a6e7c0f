import 'server-only'
import { z } from 'zod'
import type { ConsentSignals, UnsupportedReason } from '../identity/public-identity'
import type { Policy, Product, RequestLike } from '../identity/types'
import { gppDenies, gppSaysGdpr, tcfAllowsEuid } from './consent-strings'
import { parseTcfString } from './tcf-string'

/**
 * In bytes, what the largest TC string of 2026 needs, and a third more: IAB's list has vendor ids up to some 1,600, and
 * each of 11 purposes may be restricted for every second of them, which no range shortens: 11 × 800 × 17 bits. With
 * three bit fields of vendors that makes 19.4 kB, or 25.9 kB in base64. A GPP string may hold the same once more.
 */
const longestString = 32 * 1024

const consentString = z.string().regex(new RegExp(`^[\\w.~-]{1,${longestString}}$`))

/** Characters of a TCF or GPP string; what it says is read elsewhere. */
const isConsentString = (text: string): boolean => consentString.safeParse(text).success

const members = {
  tcf: consentString,
  gdprApplies: z.boolean(),
  gpp: consentString,
  gppSid: z.array(z.int()).max(100),
}
const documented = z.strictObject(members).partial()
/** What can be read beside something that cannot. */
const readable = z.object({
  tcf: members.tcf.optional().catch(undefined),
  gdprApplies: members.gdprApplies.optional().catch(undefined),
  gpp: members.gpp.optional().catch(undefined),
  gppSid: members.gppSid.optional().catch(undefined),
})

/** Consent signals as a browser or another caller sends them. Nothing is refused: a no may be in what cannot be read. */
export function parseSignals(given: unknown): ConsentSignals {
  const { success, data } = documented.safeParse(given)
  return success ? data : { ...readable.safeParse(given).data, unreadable: true }
}

/** As a member of a JSON body. */
export const signalsSchema = z.unknown().transform(parseSignals)

/** As a form of ours has them in a field; undefined: the page has no consent platform, or it has said nothing yet. */
export function parseFormSignals(field: string | undefined): ConsentSignals | undefined {
  if (field === undefined || field === '') return undefined
  try {
    return parseSignals(JSON.parse(field))
  } catch {
    return { unreadable: true }
  }
}

/**
 * From the cookie of a consent platform, in a raw `Cookie` header: what reads cookies for us leaves out those that are
 * broken, and shows one of several. A value in quotes, encoded or broken, or two that differ, cannot be read.
 */
export function readCookieSignals(header: string | null): ConsentSignals {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  const values = pairs.filter((pair) => /^euconsent-v2(=|$)/.test(pair)).map((pair) => pair.slice(13))
  const [tcf, ...others] = new Set(values)
  if (tcf === undefined) return {}
  return others.length === 0 && isConsentString(tcf) ? { tcf } : { unreadable: true }
}

/** What a consent platform says, in its strings, about this product. */
export const consentSignals = ({ product }: { product: Product }): Policy => ({
  name: 'consent_signals',
  check({ request, consent }) {
    const reason = consent && checkSignals(product, currentSignals(request, consent.signals))
    return reason && { status: 'unsupported', reason }
  },
  // An EUID is made, and bid on, only together with the consent. UID2 has no use for it.
  passesOn: ({ request, consent }) =>
    product === 'euid' && consent ? currentSignals(request, consent.signals) : undefined,
})

/** A consent platform's own cookie is newer than what was recorded with the choice. */
export const currentSignals = (
  { headers }: Pick<RequestLike, 'headers'>,
  recorded: ConsentSignals,
): ConsentSignals => ({ ...recorded, ...readCookieSignals(headers.get('cookie')) })

/** Why a product may not run under these signals; null: it may. Pure. */
export function checkSignals(product: Product, signals: ConsentSignals): UnsupportedReason | null {
  const { tcf, gpp, gppSid } = signals
  const unreadable = signals.unreadable || (tcf !== undefined && parseTcfString(tcf) === null)
  if (unreadable) return product === 'uid2' ? 'gdpr' : 'consent'
  if (product === 'uid2' && saysGdpr(signals)) return 'gdpr'
  if (product === 'euid' && !(tcf !== undefined && tcfAllowsEuid(tcf))) return 'consent'
  // Sections that apply without a string are read as one that lacks them.
  return (gpp !== undefined || gppSid !== undefined) && gppDenies(gpp ?? emptyGpp, gppSid) ? 'consent' : null
}

/** Its header, and no section. */
const emptyGpp = 'DBAA'

/** What a CMP says of it counts; where it says nothing, that it asked for consent under the TCF does. */
const saysGdpr = ({ gdprApplies, tcf, gppSid }: ConsentSignals): boolean =>
  gdprApplies ?? (tcf !== undefined || (gppSid !== undefined && gppSaysGdpr(gppSid)))
