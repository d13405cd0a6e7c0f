import { beforeEach, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce } from '../support/operator.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { sameOrigin, signedIn, type Visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'

const { site, operator } = await siteWithOperator()
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))

const gpc = { 'sec-gpc': '1' }
const open = async (reader: Visitor, path: string) => (await reader.fetch(path, { headers: gpc })).text()

describe('Global Privacy Control', () => {
  it.each<[string, (reader: Visitor) => Promise<unknown>]>([
    ['GET /api/identity', (reader) => open(reader, '/api/identity')],
    ['POST /api/identity', (reader) => reader.post('/api/identity', undefined, gpc)],
    ['a static page, by the proxy', (reader) => open(reader, '/')],
    ['a dynamic page', (reader) => open(reader, livePage)],
  ])(
    'is the reader’s opt-out as soon as %s carries it: no call, no token, no cookie (S7)',
    async (_, ask) => {
      const reader = await withToken(site)
      await operator.set({ lifetimes: dueAtOnce })
      const elsewhere = reader.twin()
      await ask(reader)
      expect(reader.jar.has(identityCookie)).toBe(false)
      expect(await elsewhere.ensure()).toMatchObject({ status: 'denied' })
      expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
    },
  )

  it('is said to be honoured, and is in the history as what it was', async () => {
    const page = await open(await withToken(site), '/privacy')
    expect(page).toContain('data-uid2-status="gpc"')
    expect(page).toContain('Opt-out signal honoured')
    expect(page).toContain('by the signal of your browser, Global Privacy Control')
    expect(page).not.toContain('Yes, use it for ads')
  })

  it('wins over a consent in the same form', async () => {
    const reader = await signedIn(site)
    const form = await choiceForm(reader, 'granted')
    await sendForm(reader, form, { ...gpc, ...sameOrigin(site) })
    expect(await reader.ensure()).toMatchObject({ status: 'denied' })
    expect(await (await reader.fetch('/privacy')).text()).not.toContain('on this site’s own question')
  })
})
