import { describe, expect, it } from 'vitest'
import { createUid2Requests } from '#lib/uid2/index.ts'
import { operator, plain, rejection, sealed } from './operator.ts'

const email = { email: 'reader@example.com' }
const now = () => 1_767_225_600_000
const refused = {
  status: 'client_error',
  message: 'Invalid timestamp: Request too old or client time drift.',
}

describe('the clock skew (U14)', () => {
  it.each([
    [93_000, 'your clock is 93 s behind the operator'],
    [-93_000, 'your clock is 93 s ahead of the operator'],
    [93_600, 'your clock is 94 s behind the operator'],
  ])(
    'is measured by the time in a sealed answer, and named when a request is refused for it: %i ms',
    async (skew, words) => {
      const skews: number[] = []
      const onClockSkew = (ms: number) => skews.push(ms)
      const answers = [sealed({ status: 'optout' }, now() + skew), plain(400, refused)]
      const { client } = operator((seen) => (answers.shift() ?? plain(500, ''))(seen), { now, onClockSkew })
      await client.generateToken(email)
      expect(skews).toEqual([skew])
      const error = await rejection(client.generateToken(email))
      expect(error).toMatchObject({ code: 'clock_skew', clockSkewMs: skew, operatorMessage: refused.message })
      expect(String(error)).toContain(words)
    },
  )

  it('is measured by the Date of the refusal where there is one, because it is newer', async () => {
    const date = new Date(now() + 600_000).toUTCString()
    const answers = [sealed({ status: 'optout' }, now() + 93_000), plain(400, refused, { Date: date })]
    const { client } = operator((seen) => (answers.shift() ?? plain(500, ''))(seen), { now })
    await client.generateToken(email)
    const error = await rejection(client.generateToken(email))
    expect(error).toMatchObject({ code: 'clock_skew', transient: false, clockSkewMs: 600_000 })
    expect(String(error)).toContain('your clock is 600 s behind the operator')
  })

  it('comes from an earlier answer when the Date is that of a gateway with our clock', async () => {
    const date = new Date(now()).toUTCString()
    const answers = [sealed({ status: 'optout' }, now() - 93_000), plain(400, refused, { Date: date })]
    const { client } = operator((seen) => (answers.shift() ?? plain(500, ''))(seen), { now })
    await client.generateToken(email)
    expect(await rejection(client.generateToken(email))).toMatchObject({ clockSkewMs: -93_000 })
  })

  it('is not named when it is too small to explain the refusal', async () => {
    const date = new Date(now() + 5_000).toUTCString()
    const { client } = operator(plain(400, refused, { Date: date }), { now })
    const error = await rejection(client.generateToken(email))
    expect(error).toMatchObject({ code: 'clock_skew' })
    expect(error).not.toHaveProperty('clockSkewMs')
    expect(String(error)).not.toContain('clock is')
  })

  it.each([{}, { Date: '12' }, { Date: 'now' }])(
    'is not named when nothing showed it: %j',
    async (headers) => {
      const { client } = operator(plain(400, refused, headers), { now })
      const error = await rejection(client.generateToken(email))
      expect(error).toMatchObject({ code: 'clock_skew' })
      expect(error).not.toHaveProperty('clockSkewMs')
    },
  )

  it('is not taken from an answer to another request', async () => {
    const skews: number[] = []
    const { options } = operator(plain(500, ''))
    const requests = createUid2Requests({ ...options, now, onClockSkew: (ms) => skews.push(ms) })
    const [one, two] = await Promise.all([requests.generateToken(email), requests.generateToken(email)])
    const reply = await sealed({ status: 'optout' }, 1)({ ...one, headers: new Headers() })
    await rejection(two.read({ status: 200, body: await reply.text() }))
    expect(skews).toEqual([])
  })
})
