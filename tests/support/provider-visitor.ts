import type { AccountId } from '../../scripts/oidc/accounts.ts'
import { keep, type Visitor } from './reader.ts'

/** Posts next-auth's form for a provider, as an outside caller. Returns the URL to go to. */
export async function beginSignIn(reader: Visitor, provider: string, callbackUrl = '/'): Promise<Response> {
  const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
  const body = new URLSearchParams({ csrfToken, callbackUrl, json: 'true' })
  return reader.fetch(`/api/auth/signin/${provider}`, { method: 'POST', body })
}

export const leadsTo = async (answer: Response): Promise<URL> =>
  new URL(((await answer.json()) as { url: string }).url)

/**
 * A browser at the local provider, which has its own origin and cookies: selects an account or cancels.
 * Returns the site's URL to which it is redirected.
 */
export async function chooseAccount(authorization: URL, choice: AccountId | 'cancel'): Promise<URL> {
  const jar = new Map<string, string>()
  let at = authorization
  let init: RequestInit = {}
  for (;;) {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie }, ...init })
    for (const text of answer.headers.getSetCookie()) keep(jar, text)
    const location = answer.headers.get('location')
    if (location !== null) {
      at = new URL(location, at)
      init = {}
      if (at.origin !== authorization.origin) return at
      continue
    }
    const html = await answer.text()
    const [name, value] = choice === 'cancel' ? ['cancel', 'yes'] : ['account', choice]
    if (!html.includes(`<button name="${name}" value="${value}"`))
      throw new Error(`${at.pathname} answered ${answer.status} without the button ${value}:\n${html}`)
    init = { method: 'POST', body: new URLSearchParams({ [name]: value }), headers: { cookie } }
  }
}

/** A whole sign-in through the local provider. Returns the site's response to the returning browser. */
export async function signInAtProvider(
  reader: Visitor,
  choice: AccountId | 'cancel',
  callbackUrl = '/',
): Promise<Response> {
  const back = await chooseAccount(await leadsTo(await beginSignIn(reader, 'oidc', callbackUrl)), choice)
  return reader.fetch(`${back.pathname}${back.search}`)
}
