import type { ConsentSignals } from '../../identity/public-identity'
import type { ConsentWindow } from '../consent/consent-platform'

export interface FirstPartyConsent {
  regs?: { gdpr?: 0 | 1; gpp?: string; gpp_sid?: number[] }
  user?: { consent: string }
}

/**
 * What the server knows of consent, at the places of OpenRTB 2.6, for a page whose own consent platform (CMP) does not
 * say it: Prebid takes it along as first-party data. Where there is a platform, Prebid asks that one.
 */
export function firstPartyConsent(
  known: ConsentSignals | undefined,
  { __tcfapi, __gpp }: ConsentWindow,
): FirstPartyConsent {
  const { tcf, gdprApplies } = (!__tcfapi && known) || {}
  const { gpp, gppSid } = (!__gpp && known) || {}
  const regs = {
    ...(gdprApplies !== undefined && { gdpr: gdprApplies ? (1 as const) : (0 as const) }),
    ...(gpp !== undefined && { gpp }),
    ...(gppSid !== undefined && { gpp_sid: [...gppSid] }),
  }
  return {
    ...(Object.keys(regs).length > 0 && { regs }),
    ...(tcf !== undefined && { user: { consent: tcf } }),
  }
}
