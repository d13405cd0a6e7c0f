import { noConsent } from '#lib/identity/context.ts'
import type { ConsentState, PolicyContext } from '#lib/identity/types.ts'

/** The context of a policy: a reader who consented, and a request with these headers and cookies. */
export function contextOf({
  headers = {} as Record<string, string>,
  cookies = {} as Record<string, string>,
  consent = {} as Partial<ConsentState> | null,
} = {}): PolicyContext {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`)
  const all: Record<string, string> = { ...(cookie.length > 0 && { cookie: cookie.join('; ') }), ...headers }
  return {
    request: {
      cookies: { get: (name) => (name in cookies ? { value: cookies[name] ?? '' } : undefined) },
      headers: { get: (name) => all[name.toLowerCase()] ?? null },
    },
    reader: { sub: 'a', sid: 's', dii: 'no_dii', sessionEnds: 0 },
    consent: consent && { ...noConsent, choice: 'granted', consentId: 1, ...consent },
  }
}
