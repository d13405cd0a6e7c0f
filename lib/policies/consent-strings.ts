import 'server-only'
import { createHash } from 'node:crypto'
import { GppModel } from '@iabgpp/cmpapi'
import { LRUCache } from 'lru-cache'
import { gppUnfoldsTooFar } from './consent-string-size'
import { parseTcfString } from './tcf-string'

/** What EUID needs of the vendor behind it, by the operator's own rule: see docs/protocol.md. */
const euid = { vendor: 21, purposes: [1, 2, 3, 4, 7, 10] }

/**
 * Every page view reads the same string, and a crafted one costs 100 ms: so what it says is remembered, by its hash,
 * for the thousand strings that were asked for last.
 */
function remembered(read: (text: string) => boolean): (text: string) => boolean {
  const verdicts = new LRUCache<string, boolean>({ max: 1000 })
  return (text) => {
    const key = createHash('sha256').update(text).digest('base64')
    const known = verdicts.get(key)
    if (known !== undefined) return known
    const verdict = read(text)
    verdicts.set(key, verdict)
    return verdict
  }
}

/**
 * Whether a TCF v2 string lets EUID's vendor have each purpose, by consent or by legitimate interest. One that
 * cannot be read to its end allows nothing. Pure.
 */
export function tcfAllowsEuid(tcf: string): boolean {
  const says = parseTcfString(tcf)
  return says !== null && euid.purposes.every((purpose) => says.allows(euid.vendor, purpose))
}

/** https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform: ids of sections. */
const section = { tcfEu: 2, usPrivacy: 6, firstOfUs: 7 }

export const gppSaysGdpr = (applicable: readonly number[]): boolean => applicable.includes(section.tcfEu)

/**
 * Whether a GPP string tells of an opt-out from sale, sharing or targeted advertising in a section that applies
 * (all that it has, where nobody says which): US national, each state, and the older US Privacy. What cannot be
 * read counts as one. Pure.
 */
export const gppDenies = (gpp: string, applicable?: readonly number[]): boolean =>
  gppVerdict(JSON.stringify([gpp, applicable]))

const gppVerdict = remembered((key) => readGpp(...(JSON.parse(key) as [string, number[]?])))

function readGpp(gpp: string, applicable?: readonly number[] | null): boolean {
  const [header = ''] = gpp.split('~')
  if (gppUnfoldsTooFar(header)) return true
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

/** Values of an opt-out field: 0 not applicable, 1 opted out, 2 not; of a notice: 1 given, 2 not given. */
function sectionDenies(model: GppModel, id: number): boolean {
  // One that is said to apply and is not there tells nothing.
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
    // Beyond the opt-outs, what Prebid's own reading of these strings refuses, so that both agree:
    // https://docs.prebid.org/features/mspa-usnat.html
    children.some((consent) => consent !== undefined && consent !== 0) ||
    field('PersonalDataConsents') === 2 ||
    field('MspaServiceProviderMode') === 1 ||
    field('MspaCoveredTransaction') === 0
  )
}

/** Opted out, or said not to be, though nobody told the reader that they could be. */
const isDenied = (optOut: unknown, notice: unknown): boolean =>
  optOut === 1 || notice === 2 || (optOut === 2 && notice === 0)
