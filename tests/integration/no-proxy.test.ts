import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { crawl } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, testOperator } from '../support/operator.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { newEmail, sameOrigin, signedIn, statusOn, tokenIn, withToken } from '../support/reader.ts'
import { startSite } from '../support/site.ts'
import { buildWithoutProxy } from '../support/variant.ts'

const operator = await testOperator()
const site = await startSite({
  env: { ...operator.env, UID2_TIMEOUT_MS: '30000' },
  folder: buildWithoutProxy(),
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

/** Where the proxy is bypassed, readers lose early refreshes and nothing else. */
describe('a site without its proxy (N9)', () => {
  it('really has none: a page begins no refresh, and another method is answered by Next', async () => {
    const reader = await withToken(site)
    await operator.set({})
    for (const path of ['/', '/privacy', livePage]) await reader.fetch(path)
    expect((await operator.calls()).refresh).toBe(0)
    const put = await reader.fetch('/', { method: 'PUT', headers: sameOrigin(site) })
    expect(put.headers.get('allow')).not.toBe('GET, HEAD')
  })

  it('makes a token, shows it in pages, and refreshes it by the POST that a page sends', async () => {
    const reader = await withToken(site)
    expect(await statusOn(reader, livePage)).toBe('available')
    expect(tokenIn(await reader.ensure())).not.toBe(reader.token)
  })

  it('keeps a denial, a sign-out and an opt-out final, on pages too', async () => {
    const [denier, leaver, optsOut] = [await withToken(site), await withToken(site), await withToken(site)]
    const copies = [denier.twin(), leaver.twin(), optsOut.twin()] as const
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
    expect((await sendForm(denier, await choiceForm(denier, 'denied'), sameOrigin(site))).status).toBe(303)
    await leaver.signOut()
    await optsOut.ensure()
    for (const [reader, status] of [
      [copies[0], 'denied'],
      [copies[1], 'signed_out'],
      [copies[2], 'opted_out'],
    ] as const) {
      expect(await statusOn(reader, '/privacy')).toBe(status)
      expect(await reader.ensure()).toMatchObject({ status })
    }
  })

  it('gives nothing for the identity of another reader, and honours Sec-GPC', async () => {
    const reader = await withToken(site)
    const other = await signedIn(site)
    other.jar.set(identityCookie, reader.jar.get(identityCookie) ?? '')
    expect(await statusOn(other, '/privacy')).toBe('no_choice')
    expect(await statusOn(reader, '/privacy', { headers: { 'sec-gpc': '1' } })).toBe('gpc')
  })

  it('changes nothing for a form from elsewhere (N11)', async () => {
    const reader = await withToken(site)
    const form = await choiceForm(reader, 'denied')
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[])
      expect((await sendForm(reader.twin(), form, headers)).status).toBe(403)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('leaks nothing, and sets no cookie without no-store (U10, N1)', async () => {
    const email = `zq7${newEmail()}`
    const reader = await withToken(site, email)
    await crawl(
      () => reader.twin(),
      (answer, where) => {
        expect(answer.status, where).toBeLessThan(500)
        if (answer.headers.getSetCookie().length > 0)
          expect(answer.headers.get('cache-control'), where).toMatch(/no-store/)
      },
    )
    for (const path of ['/', '/privacy', '/choice', livePage, '/api/identity']) {
      const text = await (await reader.twin().fetch(path)).text()
      expect(text).not.toContain(email)
      expect(text).not.toMatch(/refresh_token|refresh_response_key/)
    }
    expect(site.log()).not.toContain('zq7')
  })
})
