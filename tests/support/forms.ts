import type { Visitor } from './reader.ts'

const attribute = (tag: string, name: string) =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&quot;', '"').replaceAll('&amp;', '&')

/** What a browser without script would send for the form of a page that holds `marker`. */
export async function formOn(reader: Visitor, path: string, marker: string): Promise<FormData> {
  const html = await (await reader.fetch(path)).text()
  const form = html.match(/<form[\s\S]*?<\/form>/g)?.find((text) => text.includes(marker))
  if (!form) throw new Error(`${path} has no form with ${marker}`)
  const data = new FormData()
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g))
    data.append(attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '')
  return data
}

export const choiceForm = async (reader: Visitor, advertising: 'granted' | 'denied'): Promise<FormData> => {
  const form = await formOn(reader, '/choice', 'name="advertising"')
  form.set('advertising', advertising)
  return form
}
