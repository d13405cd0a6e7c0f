import 'server-only'
import { createHash } from 'node:crypto'
import { GppModel } from '@iabgpp/cmpapi'
import { isGppHeaderTooLarge } from './gpp-header-size'
import { parseTcfString } from './tcf-string'

/** The purposes that the operator requires for EUID's vendor: see docs/protocol.md. */
const euid = { vendor: 21, purposes: [1, 2, 3, 4, 7, 10] }

/**
 * Caches results by the string's hash, for the last thousand strings. Every page view reads the same string,
 * and a crafted one costs 100 ms.
 */
function cacheByHash(read: (text: string) => boolean): (text: string) => boolean {
  const results = new Map<string, boolean>()
  return (text) => {
    const key = createHash('sha256').update(text).digest('base64')
    const result = results.get(key) ?? read(text)
    // A map keeps the order in which keys were set: the first one was asked for longest ago.
    results.delete(key)
    results.set(key, result)
    const [oldest] = results.keys()
    if (results.size > 1000 && oldest !== undefined) results.delete(oldest)
    return result
  }
}

/**
 * Whether a TCF v2 string allows EUID's vendor each purpose, by consent or legitimate interest. An invalid
 * string allows nothing. Pure.
 */
export function tcfAllowsEuid(tcf: string): boolean {
  const says = parseTcfString(tcf)
  return says !== null && euid.purposes.every((purpose) => says.allows(euid.vendor, purpose))
}

/** Section ids: https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform */
const section = { tcfEu: 2, usPrivacy: 6, firstOfUs: 7 }

/**
 * Whether a GPP string means that GDPR applies: its TCF section applies, or is in the string where no applicable
 * section is named. An unreadable string counts as one. Pure.
 */
export const gppSaysGdpr = (gpp: string | undefined, applicable?: readonly number[]): boolean =>
  applicable?.includes(section.tcfEu) ?? (gpp !== undefined && hasTcfSection(gpp))

const hasTcfSection = cacheByHash((gpp) => {
  const [header = ''] = gpp.split('~')
  if (isGppHeaderTooLarge(header)) return true
  try {
    return (new GppModel(gpp).getSectionIds() as number[]).includes(section.tcfEu)
  } catch {
    return true
  }
})

/**
 * Whether a GPP string contains an opt-out from sale, sharing or targeted advertising in an applicable
 * section (in all sections, where none is named): US national, each state, and the older US Privacy. An
 * unreadable string counts as an opt-out. Pure.
 */
export const gppDenies = (gpp: string, applicable?: readonly number[]): boolean =>
  cachedGppDenial(JSON.stringify([gpp, applicable]))

const cachedGppDenial = cacheByHash((key) => readGpp(...(JSON.parse(key) as [string, number[]?])))

function readGpp(gpp: string, applicable?: readonly number[] | null): boolean {
  const [header = ''] = gpp.split('~')
  if (isGppHeaderTooLarge(header)) return true
  try {
    const model = new GppModel(gpp)
    const sections = applicable ?? (model.getSectionIds() as number[])
    if (sections.includes(section.usPrivacy) && optedOutOfUsPrivacy(model)) return true
    return sections.filter((id) => id >= section.firstOfUs).some((id) => sectionDenies(model, id))
  } catch {
    return true
  }
}

const optedOutOfUsPrivacy = (model: GppModel): boolean =>
  model.getFieldValueBySectionId(section.usPrivacy, 'OptOutSale') !== 'N'

/** Opt-out field: 0 not applicable, 1 opted out, 2 not opted out. Notice field: 1 given, 2 not given. */
function sectionDenies(model: GppModel, id: number): boolean {
  // A section that applies but is missing counts as a denial.
  if (!model.hasSectionId(id)) return true
  const field = (name: string): unknown =>
    model.hasFieldBySectionId(id, name) ? model.getFieldValueBySectionId(id, name) : undefined
  const children = [field('KnownChildSensitiveDataConsents')].flat()
  return (
    ['Sale', 'Sharing', 'TargetedAdvertising'].some((use) =>
      isDenied(field(`${use}OptOut`), field(`${use}OptOutNotice`)),
    ) ||
    isDenied(field('SharingOptOut'), field('SharingNotice')) ||
    field('Gpc') === true ||
    // Also what Prebid's reading of these strings rejects, so that both agree:
    // https://docs.prebid.org/features/mspa-usnat.html
    children.some((consent) => consent !== undefined && consent !== 0) ||
    field('PersonalDataConsents') === 2 ||
    field('MspaServiceProviderMode') === 1 ||
    field('MspaCoveredTransaction') === 0
  )
}

/** Opted out, or "not opted out" without having been told of the opt-out. */
const isDenied = (optOut: unknown, notice: unknown): boolean =>
  optOut === 1 || notice === 2 || (optOut === 2 && notice === 0)
