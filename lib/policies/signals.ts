import 'server-only'
import { z } from 'zod'
import type { ConsentSignals, UnsupportedReason } from '../identity/public-identity.ts'
import type { Policy, Product, RequestLike } from '../identity/types.ts'
import { gppDenies, gppSaysGdpr, tcfAllowsEuid } from './consent-strings.ts'

const consentString = z.string().regex(/^[\w.~-]{1,4096}$/)

/** Characters of a TCF or GPP string; what it says is read elsewhere. */
const isConsentString = (text: string): boolean => consentString.safeParse(text).success

/** Consent signals of a CMP as the browser reports them: at most 4 kB together. */
export const signalsSchema = z
  .strictObject({
    tcf: consentString.optional(),
    gdprApplies: z.boolean().optional(),
    gpp: consentString.optional(),
    gppSid: z.array(z.int()).optional(),
  })
  .refine((signals) => JSON.stringify(signals).length <= 4096, 'longer than 4 kB')

/** The same as a form of ours has them in a field; nothing for whatever a script of others put there. */
export function signalsInForm(field: unknown): ConsentSignals | undefined {
  if (typeof field !== 'string' || field === '') return undefined
  try {
    return signalsSchema.safeParse(JSON.parse(field)).data
  } catch {
    return undefined
  }
}

/** What a consent platform says, in its strings, about this product. */
export const consentSignals = ({ product }: { product: Product }): Policy => ({
  name: 'consent_signals',
  check({ request, consent }) {
    const reason = consent && signalsRefusal(product, currentSignals(request, consent.signals))
    return reason && { status: 'unsupported', reason }
  },
  // An EUID is made, and bid on, only together with the consent. UID2 has no use for it.
  passesOn: ({ request, consent }) =>
    product === 'euid' && consent ? currentSignals(request, consent.signals) : undefined,
})

/** The consent string in a platform's own cookie is newer than the one that was recorded with the choice. */
export const currentSignals = (
  { cookies }: Pick<RequestLike, 'cookies'>,
  recorded: ConsentSignals,
): ConsentSignals => {
  const tcf = cookies.get('euconsent-v2')?.value
  return tcf !== undefined && isConsentString(tcf) ? { ...recorded, tcf } : recorded
}

/** Why a product may not run under these signals; null: it may. Pure. */
export function signalsRefusal(product: Product, signals: ConsentSignals): UnsupportedReason | null {
  if (product === 'uid2' && saysGdpr(signals)) return 'gdpr'
  if (product === 'euid' && !(signals.tcf !== undefined && tcfAllowsEuid(signals.tcf))) return 'consent'
  return signals.gpp !== undefined && gppDenies(signals.gpp, signals.gppSid) ? 'consent' : null
}

/** What a CMP says of it counts; where it says nothing, that it asked for consent under the TCF does. */
const saysGdpr = ({ gdprApplies, tcf, gppSid }: ConsentSignals): boolean =>
  gdprApplies ?? (tcf !== undefined || (gppSid !== undefined && gppSaysGdpr(gppSid)))
