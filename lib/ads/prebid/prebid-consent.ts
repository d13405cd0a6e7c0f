import type { PrebidJS } from 'prebid.js'
import type { AdSettings } from '../ad-setup'
import type { ConsentWindow } from '../consent/consent-platform'
import { refusesId } from './consent-rule'

type Config = Parameters<PrebidJS['setConfig']>[0]
type Consent = NonNullable<Config['consentManagement']>

/**
 * Prebid's own reading of the consent platform: a second fence, for whatever token the page holds. The server is the
 * first, and both follow the same rules.
 */
export async function loadPrebidConsent(
  { __tcfapi, __gpp }: ConsentWindow,
  { consentTimeoutMs: timeout, vendorExceptions }: Pick<AdSettings, 'consentTimeoutMs' | 'vendorExceptions'>,
): Promise<Config> {
  await Promise.all([
    import('prebid.js/modules/allowActivities'),
    ...(__tcfapi
      ? [import('prebid.js/modules/consentManagementTcf'), import('prebid.js/modules/tcfControl')]
      : []),
    ...(__gpp
      ? [
          import('prebid.js/modules/consentManagementGpp'),
          import('prebid.js/modules/gppControl_usnat'),
          import('prebid.js/modules/gppControl_usstates'),
        ]
      : []),
  ])
  return {
    consentManagement: {
      ...(__tcfapi && { gdpr: { cmpApi: 'iab', timeout, ...tcf([...vendorExceptions]) } }),
      ...(__gpp && { gpp: { cmpApi: 'iab', timeout, mspa } }),
    },
    // A rule of Prebid's may be relaxed by another setting; this one comes before all of them.
    allowActivities: { enrichEids: { rules: [{ condition: refusesId, allow: false }] } },
  }
}

const tcf = (vendorExceptions: string[]) =>
  ({
    // No answer in time is no consent: a platform for the TCF is there because GDPR may apply.
    defaultGdprScope: true,
    rules: [
      // UID2 is no vendor of IAB Europe's list, so where GDPR applies it never passes this; EUID needs vendor 21 here.
      { purpose: 'storage', enforcePurpose: true, enforceVendor: true },
      { purpose: 'basicAds', enforcePurpose: true, enforceVendor: true, vendorExceptions },
      {
        purpose: 'personalizedAds',
        enforcePurpose: true,
        enforceVendor: true,
        eidsRequireP4Consent: true,
        vendorExceptions,
      },
    ],
  }) satisfies Consent['gdpr']

/**
 * Prebid knows the states of 2023 (8–12). Later ones are read like Virginia's where they say one thing of children,
 * like Connecticut's where they say several. From Maryland's (24) on the sections have another form, of which Prebid
 * would refuse everything; those are left to `refusesId`.
 */
const oneOfChildren = { 16: 'ustx', 18: 'usia', 19: 'usne', 22: 'ustn', 23: 'usmn' }
const severalOfChildren = { 13: 'usfl', 14: 'usmt', 15: 'usor', 17: 'usde', 20: 'usnh', 21: 'usnj' }
const readLike = (names: Record<number, string>, normalizeAs: number) =>
  Object.entries(names).map(([sid, name]) => [sid, { name, normalizeAs }])

const mspa = {
  sids: Array.from({ length: 16 }, (_, index) => 8 + index),
  sections: Object.fromEntries([...readLike(oneOfChildren, 9), ...readLike(severalOfChildren, 12)]),
}
