/**
 * What the server refuses (lib/policies/signals.ts) and Prebid's own consent modules let pass: EUID without all of
 * its purposes, GPC as Booleans, and the GPP sections that they do not read. Given what Prebid knows of an ID module.
 */
export function refusesId({ componentName, gdprConsent, gppConsent }: ActivityParams): boolean {
  if (gdprConsent && componentName === 'euid' && !allowsEuid(gdprConsent.vendorData)) return true
  if (!gppConsent) return false
  const parsed = gppConsent.parsedSections ?? {}
  const applicable = gppConsent.gppData?.applicableSections ?? Object.keys(parsed).map(sectionId)
  // Where both say something of GDPR, the TCF API is the one that was asked.
  if (!gdprConsent && componentName === 'uid2' && applicable.includes(tcfEu)) return true
  return applicable.some((id) => id >= firstOfUs && denies(id, parsed))
}

/** As Prebid's activity controls have them. */
export interface ActivityParams {
  componentName?: string
  gdprConsent?: { vendorData?: VendorData | undefined } | null
  gppConsent?: {
    parsedSections?: Record<string, Section | Section[]>
    /** What the CMP itself said; nothing when it never answered. */
    gppData?: { applicableSections?: number[] } | null
  } | null
}

type Basis = Record<string, boolean> | undefined
interface VendorData {
  purpose?: { consents?: Basis; legitimateInterests?: Basis }
  vendor?: { consents?: Basis; legitimateInterests?: Basis }
}
type Section = Record<string, unknown>

const euid = { vendor: 21, purposes: [1, 2, 3, 4, 7, 10] }

const allowsEuid = ({ purpose, vendor }: VendorData = {}): boolean =>
  euid.purposes.every((id) =>
    (['consents', 'legitimateInterests'] as const).some(
      (basis) => vendor?.[basis]?.[euid.vendor] === true && purpose?.[basis]?.[id] === true,
    ),
  )

/** https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform: ids and names of sections. */
const tcfEu = 2
const firstOfUs = 6
const sectionNames =
  'uspv1 usnat usca usva usco usut usct usfl usmt usor ustx usde usia usne usnh usnj ustn usmn usmd usin usky usri'.split(
    ' ',
  )

const sectionId = (name: string): number =>
  name === 'tcfeuv2' ? tcfEu : sectionNames.indexOf(name) + firstOfUs

function denies(id: number, parsed: Record<string, Section | Section[]>): boolean {
  const segments = parsed[sectionNames[id - firstOfUs] ?? '']
  // A section that applies but is missing counts as a denial.
  if (segments === undefined) return true
  const section: Section = Object.assign({}, ...[segments].flat())
  if (id === firstOfUs) return section.OptOutSale !== 'N'
  const optedOut = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'].some((use) =>
    isDenied(section[use], section[`${use}Notice`]),
  )
  const children = [section.KnownChildSensitiveDataConsents].flat()
  return (
    optedOut ||
    isDenied(section.SharingOptOut, section.SharingNotice) ||
    section.Gpc === true ||
    section.Gpc === 1 ||
    children.some((consent) => consent !== undefined && consent !== 0) ||
    section.PersonalDataConsents === 2 ||
    section.MspaServiceProviderMode === 1 ||
    section.MspaCoveredTransaction === 0
  )
}

/** Opted out; or not opted out, but without a notice that the reader could. */
const isDenied = (optOut: unknown, notice: unknown): boolean =>
  optOut === 1 || notice === 2 || (optOut === 2 && notice === 0)
