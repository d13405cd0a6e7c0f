import { GppModel, Sections } from '@iabgpp/cmpapi'

/** US national and every state: ids and names. */
export const usSections: [id: number, name: string][] = [...Sections.SECTION_ID_NAME_MAP].filter(
  ([id]) => id >= 7,
)

export const uses = ['Sale', 'Sharing', 'TargetedAdvertising'] as const

/**
 * A string with one section: the reader was notified of each opt-out and used none, except `fields`. Fields
 * that the section lacks are left out.
 */
export function gppOf(
  name: string,
  fields: Record<string, unknown> = {},
): { gpp: string; gppSid: number[]; section: Record<string, unknown> } {
  const model = new GppModel()
  const notices = uses.flatMap((use) => [
    [`${use}OptOutNotice`, 1],
    [`${use}OptOut`, 2],
  ])
  const all = { ...Object.fromEntries(notices), SharingNotice: 1, MspaCoveredTransaction: 1, ...fields }
  // Setting its first field creates the section.
  model.setFieldValue(name, 'MspaCoveredTransaction', 1)
  for (const [field, value] of Object.entries(all))
    if (model.hasField(name, field)) model.setFieldValue(name, field, value)
  const gpp = model.encode()
  const read = new GppModel(gpp)
  return { gpp, gppSid: read.getSectionIds() as number[], section: read.getSection(name) }
}

export const hasField = (name: string, field: string): boolean => {
  const model = new GppModel()
  model.setFieldValue(name, 'MspaCoveredTransaction', 1)
  return model.hasField(name, field)
}
