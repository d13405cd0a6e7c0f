import { afterAll, expect, it } from 'vitest'
import { startOidcProvider } from '../../scripts/oidc/provider.ts'
import { beginSignIn, chooseAccount, leadsTo, signInAtProvider } from '../support/provider-visitor.ts'
import { visitor } from '../support/reader.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

const port = await freePort()
const provider = await startOidcProvider({
  redirectUris: [`http://localhost:${port}/api/auth/callback/oidc`],
})
afterAll(() => provider.stop())

/** What the log of a site with these settings says of providers, after this was tried there. */
async function logged(settings: Record<string, string>, attempt: (site: Site) => Promise<unknown>) {
  const site = await startSite({ port, env: { ...provider.env, ...settings } })
  await attempt(site)
  await site.stop()
  const lines = site.log().split('\n')
  return lines.flatMap((line) => {
    if (!line.includes('provider_failed')) return []
    const { time: _, ...said } = JSON.parse(line) as Record<string, unknown>
    return [said]
  })
}

const begin = (site: Site) => beginSignIn(visitor(site), 'oidc')
const said = (code: string) => [{ level: 40, event: 'provider_failed', code }]

it.each([
  ['oidc ECONNREFUSED', { AUTH_OIDC_ISSUER: `http://127.0.0.1:${await freePort()}` }],
  ['oidc http_404', { AUTH_OIDC_ISSUER: `${provider.issuer}/tenant` }],
])('an issuer that cannot be used is said in the log: %s', async (code, settings) => {
  expect(await logged(settings, begin)).toEqual(said(code))
})

it('so is a secret that the provider does not take', async () => {
  const settings = { AUTH_OIDC_SECRET: 'another-secret' }
  const log = await logged(settings, (site) => signInAtProvider(visitor(site), 'verified'))
  expect(log).toEqual(said('oidc invalid_client'))
})

it('and an answer in another browser; but not a reader who declines', async () => {
  const log = await logged({}, async (site) => {
    expect((await signInAtProvider(visitor(site), 'cancel')).status).toBe(302)
    const back = await chooseAccount(await leadsTo(await begin(site)), 'verified')
    expect((await visitor(site).fetch(`${back.pathname}${back.search}`)).status).toBe(302)
  })
  expect(log).toEqual(said('oidc cookie_missing'))
})
