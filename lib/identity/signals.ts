import 'server-only'
import { z } from 'zod'

const consentString = z.string().regex(/^[\w.~-]{1,4096}$/)

/** Characters of a TCF or GPP string; what it says is read elsewhere. */
export const isConsentString = (text: string): boolean => consentString.safeParse(text).success

/** Consent signals of a CMP as the browser reports them: at most 4 kB together. */
export const signalsSchema = z
  .strictObject({
    tcf: consentString.optional(),
    gdprApplies: z.boolean().optional(),
    gpp: consentString.optional(),
    gppSid: z.array(z.int()).optional(),
  })
  .refine((signals) => JSON.stringify(signals).length <= 4096, 'longer than 4 kB')
