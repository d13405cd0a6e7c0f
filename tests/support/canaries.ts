import { createHash } from 'node:crypto'
import { unsealData } from 'iron-session'
import type { ProofVisitor } from './proof.ts'
import { identityCookie } from './publication.ts'
import type { Visitor } from './reader.ts'
import { secrets } from './shared-site.ts'

/** Texts that must not leave the site, and all responses, to search them. */
export function createCanaries() {
  const canaries = new Map<string, string>()
  const seen: { where: string; text: string }[] = []

  /** An address or number, and its hash in each encoding. */
  function addDii(dii: string) {
    canaries.set(dii, dii)
    const hash = createHash('sha256').update(dii).digest()
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      canaries.set(`${dii} ${encoding}`, hash.toString(encoding))
  }

  /** The parts of a sealed identity that refresh it. */
  async function addSealed(sealed: string | undefined) {
    if (!sealed) return
    const password = secrets.SESSION_PASSWORD
    const { identity } = await unsealData<{ identity?: Record<string, string> }>(sealed, { password })
    for (const field of ['refresh_token', 'refresh_response_key'])
      if (identity?.[field]) canaries.set(`${field} ${canaries.size}`, identity[field])
  }

  async function keep(where: string, { jar }: Visitor, answer: Response) {
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    seen.push({ where, text: `${headers}\n${await answer.clone().text()}` })
    await addSealed(jar.get(identityCookie))
    return answer
  }

  /** The visitor, with all responses kept. */
  function watched<T extends Visitor | ProofVisitor>(reader: T): T {
    const { fetch, post } = reader
    const watching = {
      ...reader,
      fetch: async (path: string, init?: RequestInit) =>
        keep(`${init?.method ?? 'GET'} ${path.split('?')[0]}`, reader, await fetch(path, init)),
      post: async (...args: Parameters<typeof post>) => keep(`POST ${args[0]}`, reader, await post(...args)),
    }
    if (!('step' in reader)) return watching
    const { step, form } = reader
    return {
      ...watching,
      step: async (...args: Parameters<typeof step>) => keep(`step ${args[0]}`, reader, await step(...args)),
      form: async (...args: Parameters<typeof form>) => keep(`form ${args[0]}`, reader, await form(...args)),
    }
  }

  /** Names of the canaries in a text. */
  const found = (text: string) =>
    [...canaries].flatMap(([name, canary]) =>
      text.includes(canary) || text.includes(encodeURIComponent(canary)) ? [name] : [],
    )

  return { canaries, seen, addDii, watched, found }
}
