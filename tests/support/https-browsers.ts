import { decode } from 'next-auth/jwt'
import { expect } from 'vitest'
import { type Visitor, visitor } from './reader.ts'
import { type SiteOnHttps, secrets } from './shared-site.ts'

export const session = '__Host-lantern-session'

export interface Browser extends Visitor {
  /** Each cookie as it was set last. */
  lastSet: Map<string, string>
}

let browsers = 0

/** Visitors of the site on https, with checks of their sign-ins. */
export function browsersOf({ site, origin }: Pick<SiteOnHttps, 'site' | 'origin'>) {
  return {
    /** Each has its own address, as attempts are limited by address. */
    browser(): Browser {
      const lastSet = new Map<string, string>()
      const reader = visitor(site)
      const from = `198.51.100.${++browsers}`
      const fetch: Visitor['fetch'] = async (path, init) => {
        const headers = new Headers(init?.headers)
        headers.set('x-forwarded-for', from)
        const answer = await reader.fetch(path, { ...init, headers })
        for (const cookie of answer.headers.getSetCookie()) lastSet.set(cookie.split('=')[0] ?? '', cookie)
        return answer
      }
      return { ...reader, fetch, lastSet }
    },

    /** The account of the session, or undefined. */
    async subjectOf({ jar }: Visitor): Promise<unknown> {
      const token = jar.get(session)
      return token === undefined ? undefined : (await decode({ token, secret: secrets.NEXTAUTH_SECRET }))?.sub
    },

    /** No session, no server error, and back to a page of this site. */
    async expectRefused({ jar }: Visitor, answer: Response) {
      expect(answer.status).toBe(302)
      expect(new URL(answer.headers.get('location') ?? '').origin).toBe(origin)
      expect(jar.has(session)).toBe(false)
    },
  }
}
