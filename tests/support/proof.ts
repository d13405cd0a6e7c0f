import { keep, type Visitor, visitor } from './reader.ts'
import type { Site } from './site.ts'

export type Step = 'ask' | 'finish' | 'demo' | 'provider'
type Fields = Record<string, string>

/** A visitor who signs in by link or code, with their own address behind one trusted proxy. */
export interface ProofVisitor extends Visitor {
  /** Sends a form as the page's script does. */
  step(step: Step, fields: Fields, headers?: Record<string, string>): Promise<Response>
  /** Sends it as a browser without script does. */
  form(step: Step, fields: Fields, headers?: Record<string, string>): Promise<Response>
  /** Requests a link or code. Returns its secret. */
  requestProof(dii: string, next?: string): Promise<string>
  outbox(): Promise<Response>
}

let addresses = 0

/** The site needs `TRUST_PROXY_HOPS=1`, so that tests do not share a rate limit. */
export function proofVisitor(site: Pick<Site, 'origin'>, jar = new Map<string, string>()): ProofVisitor {
  const reader = visitor(site, jar)
  // In a network of its own, too.
  const from = `198.${51 + (addresses >> 8)}.${addresses++ & 255}.9`
  const send =
    (accept: string) =>
    (step: Step, fields: Fields, headers: Record<string, string> = {}) =>
      reader.fetch(`/api/sign-in/${step}`, {
        method: 'POST',
        headers: {
          accept,
          origin: site.origin,
          'sec-fetch-site': 'same-origin',
          'x-forwarded-for': from,
          ...headers,
        },
        body: new URLSearchParams(fields),
      })
  const step = send('application/json')
  const outbox = () => reader.fetch('/sign-in/outbox')
  return {
    ...reader,
    step,
    form: send('text/html'),
    outbox,
    async requestProof(dii, next = '/privacy') {
      const answer = await step('ask', { kind: dii.startsWith('+') ? 'phone' : 'email', value: dii, next })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`requestProof: ${answer.status} ${text}`)
      return secretIn(await (await outbox()).text())
    },
  }
}

/** Sandbox mode: the outbox page for these cookies. */
export async function outboxOf(site: Pick<Site, 'origin'>, cookies: string): Promise<string> {
  return (await fetch(`${site.origin}/sign-in/outbox`, { headers: { cookie: cookies } })).text()
}

/** The secret of the newest message in an outbox page, or an empty string. */
export function secretIn(html: string): string {
  const [, link, code] = /href="\/sign-in\/proof\?secret=([\w-]{43})"|(\d{6}) is your/.exec(html) ?? []
  return link ?? code ?? ''
}

/** The cookies that a response sets. */
export function cookiesOf(answer: Response): Map<string, string> {
  const jar = new Map<string, string>()
  for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie)
  return jar
}
