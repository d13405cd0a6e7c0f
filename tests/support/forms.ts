import type { Visitor } from './reader.ts'

const attribute = (tag: string, name: string) =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&quot;', '"').replaceAll('&amp;', '&')

/** A form as a browser without script sees it: its URL and its fields with their values. */
export interface PageForm {
  action: string
  fields: URLSearchParams
}

/** The form of a page that contains `marker`. */
export async function formOn(reader: Visitor, path: string, marker: string): Promise<PageForm> {
  const html = await (await reader.fetch(path)).text()
  const form = html.match(/<form[\s\S]*?<\/form>/g)?.find((text) => text.includes(marker))
  if (!form) throw new Error(`${path} has no form with ${marker}`)
  const fields = new URLSearchParams()
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g))
    fields.append(attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '')
  return { action: attribute(form, 'action') ?? path, fields }
}

export const choiceForm = async (reader: Visitor, advertising: 'granted' | 'denied'): Promise<PageForm> => {
  const form = await formOn(reader, '/choice', 'name="advertising"')
  form.fields.set('advertising', advertising)
  return form
}

/** Sends it as such a browser would. `headers`: those of the page that showed it. */
export const sendForm = (
  reader: Visitor,
  { action, fields }: PageForm,
  headers: Record<string, string>,
): Promise<Response> =>
  reader.fetch(action, { method: 'POST', body: fields, headers: { accept: 'text/html', ...headers } })
