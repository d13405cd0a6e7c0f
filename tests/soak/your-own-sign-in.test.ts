import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alone, describeOwnSignIn } from '../support/own-sign-in.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { buildTimeoutMs, buildVariant } from '../support/variant.ts'

describeOwnSignIn('with ours deleted', 'own-sign-in-alone', alone)

describe('with our sign-in deleted', () => {
  let site: Site

  beforeAll(async () => {
    site = await startSite({ folder: await buildVariant('own-sign-in-alone', alone) })
  }, buildTimeoutMs)
  afterAll(() => site.stop())

  it('the remaining sign-in page leads to the account system, and back to this site alone', async () => {
    const backTo = async (next: string) => {
      const answer = await visitor(site).fetch(`/sign-in?next=${next}`)
      const location = new URL(answer.headers.get('location') ?? '')
      expect(location.origin).toBe('https://account.news.example')
      return location.searchParams.get('back')
    }
    expect(await backTo('/privacy')).toBe(`${site.origin}/privacy`)
    expect(await backTo('//evil.example')).toBe(`${site.origin}/choice`)
    for (const path of ['/api/auth/csrf', '/api/auth/session', '/sign-in/proof', '/sign-in/outbox'])
      expect((await visitor(site).fetch(path)).status, path).toBe(404)
    expect((await visitor(site).post('/api/sign-in/demo')).status).toBe(404)
  })
})
