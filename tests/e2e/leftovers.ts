import type { BrowserContext, Page } from '@playwright/test'
import type { ClientIdentity } from '#lib/identity/public-identity.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { signInAndConsent } from './acts.ts'
import { identifiersIn, storageOf, tokenOfPage } from './channel-acts.ts'
import { expect } from './fixtures.ts'

/* What UID2's SDK left in a browser, and the person whose token it is. For sites with UID2_HANDOFF=client. */

export async function clientIdentity(context: BrowserContext, email: string): Promise<ClientIdentity> {
  const { identity } = await signInAndConsent(context, { email })
  if (!identity) throw new Error('The server did not give the browser the identity.')
  return identity
}

/** Stores an identity as the SDK does, with a configuration: the next SDK initialises itself with it. */
export const storeAsSdk = (
  page: Page,
  identity: ClientIdentity,
  baseURL: string | undefined,
  cookiePath?: string,
) =>
  page.evaluate(
    ([identity, baseUrl, cookiePath]) => {
      const config = { baseUrl, ...(cookiePath && { useCookie: true, cookiePath }) }
      for (const [name, value] of [
        ['', identity],
        ['_config', config],
      ] as const) {
        const text = JSON.stringify(value)
        // biome-ignore lint/suspicious/noDocumentCookie: as the SDK does.
        if (cookiePath) document.cookie = `__uid_2${name}=${encodeURIComponent(text)};path=${cookiePath}`
        else localStorage.setItem(`UID2-sdk-identity${name}`, text)
      }
    },
    [identity, `${baseURL}/sandbox/operator`, cookiePath] as const,
  )

/** The person whose token this is, as a buyer reads it. */
export const personOf = async (token: string | null | undefined, baseURL: string | undefined) =>
  (await readAsBuyer(`${baseURL}/sandbox/operator`, token ?? '')).person

/** Page, requests and storage have tokens of this person alone. */
export async function expectOnly(
  person: string | undefined,
  page: Page,
  auctions: Parameters<typeof identifiersIn>[0],
  baseURL: string | undefined,
): Promise<void> {
  expect(await personOf(await page.evaluate(tokenOfPage), baseURL)).toBe(person)
  for (const id of identifiersIn(auctions)) expect(await personOf(id.split(' ')[1], baseURL)).toBe(person)
  const stored = /"advertising_token\\":\\"([^\\]+)/.exec(await storageOf(page))?.[1]
  if (stored) expect(await personOf(stored, baseURL)).toBe(person)
}
