import { randomBytes } from 'node:crypto'
import { NextRequest } from 'next/server'
import { createMemoryStore } from '#lib/consent/memory.ts'
import { createIdentity } from '#lib/identity/create-identity.ts'
import type { Choice, IdentityEvent, IdentityOptions, Reader, RequestLike } from '#lib/identity/types.ts'
import { hashEmail, type Identity, Uid2Error } from '#lib/uid2/index.ts'

export const minute = 60_000
export const consent = { version: '1', wording: 'May we?', source: 'page' } as const
export const grant: Choice = { ...consent, advertising: 'granted' }
export const denial: Choice = { ...consent, advertising: 'denied' }

type Client = IdentityOptions['client']
type Answer = Awaited<ReturnType<Client['generateToken']>> | Awaited<ReturnType<Client['refreshToken']>>

/** An operator in memory: it returns `answer`, by default an identity, and counts its calls. */
export function fakeOperator(now: () => number) {
  const operator = {
    calls: [] as { kind: 'generate' | 'refresh'; options: object }[],
    /** Awaited before each answer. It may throw. */
    answer: async (_kind: 'generate' | 'refresh'): Promise<Answer | undefined> => undefined,
    /** Every identity that it issued. */
    issued: [] as Identity[],
    issue(lives: { due?: number; expires?: number; refreshable?: number } = {}): Identity {
      const identity = {
        advertising_token: `A4${randomBytes(12).toString('base64url')}`,
        refresh_token: randomBytes(12).toString('base64'),
        refresh_from: now() + (lives.due ?? 10 * minute),
        identity_expires: now() + (lives.expires ?? 60 * minute),
        refresh_expires: now() + (lives.refreshable ?? 30 * 24 * 60 * minute),
        refresh_response_key: randomBytes(32).toString('base64'),
      }
      operator.issued.push(identity)
      return identity
    },
    client: undefined as unknown as Client,
  }
  async function call(kind: 'generate' | 'refresh', options: object): Promise<Answer> {
    operator.calls.push({ kind, options })
    const answer = await operator.answer(kind)
    if (answer) return answer
    const identity = operator.issue()
    return { status: 'success', identity, identityJson: JSON.stringify(identity) }
  }
  operator.client = {
    generateToken: async (_, options = {}) => {
      // A request counts as sent once `fetch` was called.
      await (options as { fetch?: typeof fetch }).fetch?.('data:,')
      return (await call('generate', options)) as Awaited<ReturnType<Client['generateToken']>>
    },
    refreshToken: async (_, options = {}) =>
      (await call('refresh', options)) as Awaited<ReturnType<Client['refreshToken']>>,
  }
  return operator
}

/** What an operator was asked for, in order. */
export const kindsOf = ({ operator }: { operator: { calls: { kind: string }[] } }): string[] =>
  operator.calls.map(({ kind }) => kind)

/** A store or operator that does not answer. */
export const down = async (): Promise<never> => Promise.reject(new Error('down'))
export const noAnswer = async (): Promise<never> => Promise.reject(new Uid2Error('timeout', 'no answer'))

/** A site in memory with one reader. The test controls operator, store and clock. */
export async function siteInMemory(options: Partial<IdentityOptions> = {}) {
  const clock = { now: 1_800_000_000_000 }
  const now = () => clock.now
  const operator = fakeOperator(now)
  const store = createMemoryStore({ now })
  const events: IdentityEvent[] = []
  const email = `${randomBytes(6).toString('hex')}@example.com`
  const reader: Reader = {
    sub: 'test:a',
    sid: 'sid-a',
    dii: { kind: 'email', value: email },
    sessionEnds: clock.now + 7 * 24 * 60 * minute,
  }
  const subject = { sub: reader.sub, sid: reader.sid, diiHash: await hashEmail(email) }
  /** The browser's cookies. */
  const jar = new Map<string, string>([['session', 'open']])
  const identity = createIdentity({
    client: operator.client,
    // Calls with the same name are shared within a process.
    cookie: { name: `uid2-${randomBytes(6).toString('hex')}`, secure: false, passwords: ['p'.repeat(32)] },
    session: async ({ cookies }) => (cookies.get('session') ? reader : null),
    consent: store,
    onEvent: (event) => events.push(event),
    now,
    ...options,
  })
  const request = (headers: Record<string, string> = {}): RequestLike => ({
    cookies: { get: (name) => (jar.has(name) ? { value: jar.get(name) ?? '' } : undefined) },
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
  })
  /** Applies a response's cookie action to the browser's jar. */
  async function keep<T extends { cookie: Parameters<typeof identity.cookie.write>[1] }>(
    update: T,
  ): Promise<T> {
    await identity.cookie.write(
      { set: (name, value) => (value === '' ? jar.delete(name) : jar.set(name, value)) },
      update.cookie,
    )
    return update
  }
  const update = async (...args: Parameters<typeof identity.update>) => keep(await identity.update(...args))
  const get = (how?: { recheck?: boolean }) => update(request(), 'get', how)
  const post = (how?: { recheck?: boolean }) => update(request(), 'post', how)
  /** As a browser sends it to the proxy. */
  const pageRequest = (headers: Record<string, string> = {}, method = 'GET') =>
    new NextRequest('http://localhost/', {
      method,
      headers: { ...headers, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
  return {
    clock,
    operator,
    store,
    events,
    reader,
    subject,
    jar,
    identity,
    request,
    get,
    post,
    update,
    keep,
    pageRequest,
  }
}

/** As `siteInMemory`, with a reader who consented and has a fresh token. */
export async function siteWithToken(options: Partial<IdentityOptions> = {}) {
  const site = await siteInMemory(options)
  await site.store.recordChoice(site.subject, grant)
  await site.post()
  site.operator.calls.length = 0
  site.events.length = 0
  return site
}
