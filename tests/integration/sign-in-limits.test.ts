import { describe, expect, it } from 'vitest'
import { proofVisitor } from '../support/proof.ts'
import { newEmail, sameOrigin, visitor } from '../support/reader.ts'
import { sandboxSite } from '../support/shared-site.ts'

const site = await sandboxSite()

describe('the limits of a sign-in', () => {
  const times = async (count: number, run: (i: number) => Promise<Response>) => {
    const statuses: number[] = []
    for (let i = 0; i < count; i++) statuses.push((await run(i)).status)
    return statuses
  }
  const all = (count: number, status: number) => Array<number>(count).fill(status)
  const ask = (headers = {}) => proofVisitor(site).step('ask', { kind: 'email', value: newEmail() }, headers)

  async function expectLimited(answer: Response) {
    expect(answer.status).toBe(429)
    const seconds = Number(answer.headers.get('retry-after'))
    expect(Number.isInteger(seconds) && seconds > 0 && seconds <= 3600).toBe(true)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(answer.headers.getSetCookie()).toEqual([])
    return answer.text()
  }

  it('the 21st message that one address asks for is not sent, whatever precedes the trusted proxy’s entry (A9)', async () => {
    const from = (i: number) => ({ 'x-forwarded-for': `203.0.113.${i}, 192.0.2.251` })
    expect(await times(20, (i) => ask(from(i)))).toEqual(all(20, 200))
    expect(JSON.parse(await expectLimited(await ask(from(20))))).toEqual({
      error: 'rate_limited',
      message: expect.stringMatching(/^That was too many tries\. Please wait \d+ minutes, then try again\.$/),
    })
    const page = await proofVisitor(site).form('ask', { kind: 'email', value: newEmail() }, from(21))
    expect(await expectLimited(page)).toMatch(/<p>That was too many tries\. Please wait \d+ minutes/)
    // From elsewhere it works.
    expect((await ask()).status).toBe(200)
  })

  it.each([
    [
      'email',
      ['Victim@Example.com', 'victim+a@example.com', ' VICTIM+b+c@EXAMPLE.COM', 'v.ictim@example.com'],
    ],
    ['phone', ['+44 20 7946 0018', '+44 (0)20 7946 0018', '+442079460018', 'tel:+44-20-7946-0018']],
  ])(
    'of one network’s messages to one %s in an hour five are sent, in whatever spelling',
    async (kind, spellings) => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => {
          const network = { 'x-forwarded-for': `192.0.2.${100 + i}` }
          return proofVisitor(site).step('ask', { kind, value: spellings[i % 4] ?? '' }, network)
        }),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([...all(5, 200), ...all(3, 429)])
    },
  )

  it('the 31st attempt of one address is refused on every route, also with the right secret; the demo goes on', async () => {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(newEmail())
    const from = { 'x-forwarded-for': '192.0.2.252' }
    const guesses = await times(30, () => proofVisitor(site).step('finish', { secret: 'x' }, from))
    expect(guesses).toEqual(all(30, 422))
    await expectLimited(await reader.step('finish', { secret }, from))
    await expectLimited(await reader.form('provider', { provider: 'facebook' }, from))
    // next-auth's own routes lead to the same place.
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    for (const path of ['/api/auth/callback/proof', '/api/auth/signin/facebook'])
      for (const accept of ['application/json', 'text/html']) {
        const body = new URLSearchParams({ csrfToken, secret, json: 'true' })
        const headers = { accept, ...from }
        const said = await expectLimited(await reader.fetch(path, { method: 'POST', body, headers }))
        expect(said).toContain(accept === 'text/html' ? '<h1>' : '"rate_limited"')
      }
    const demo = await visitor(site).fetch('/api/sign-in/demo', {
      method: 'POST',
      headers: { ...sameOrigin(site), ...from, accept: 'text/html' },
      body: new URLSearchParams({ kind: 'email', value: newEmail() }),
    })
    expect(demo.status).toBe(303)
    // Nothing was used up: from elsewhere it still works.
    expect((await reader.step('finish', { secret })).status).toBe(200)
  })
})
