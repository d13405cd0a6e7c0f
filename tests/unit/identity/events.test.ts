import { describe, expect, it } from 'vitest'
import { Uid2Error } from '#lib/uid2/index.ts'
import { consent, minute, siteInMemory } from '../../support/core.ts'

describe('events', () => {
  it('report every decision and every call, and nothing that identifies a person (S5)', async () => {
    const site = await siteInMemory()
    const { identity, operator, clock, events } = site
    await identity.grant(site.request(), consent)
    await site.post()
    clock.now += 11 * minute
    await site.post()
    clock.now += 61 * minute
    operator.answer = async () => {
      throw new Uid2Error('server_error', `failed for ${JSON.stringify(site.reader)}`, { httpStatus: 500 })
    }
    await site.get()
    await identity.read(site.request())
    const sealed = [...site.jar.values()]
    site.jar.set(identity.cookie.name, 'nonsense')
    await site.get()
    await identity.deny(site.request(), consent)

    const types = new Set(events.map(({ type }) => type))
    expect([...types].sort()).toEqual([
      'cookie_rejected',
      'generated',
      'recorded',
      'refresh_failed',
      'refreshed',
      'resolved',
    ])
    const text = JSON.stringify(events)
    const secrets = [
      site.subject.diiHash,
      site.reader.sid,
      site.reader.sub,
      (site.reader.dii as { value: string }).value,
    ]
    for (const token of operator.issued)
      secrets.push(token.advertising_token, token.refresh_token, token.refresh_response_key)
    secrets.push('ppp', ...sealed)
    for (const secret of secrets) expect(text).not.toContain(secret)
    for (const event of events) if ('ms' in event) expect(event.ms).toBe(Math.round(event.ms))
  })

  it('do not fail a page when their listener throws', async () => {
    const site = await siteInMemory({
      onEvent: () => {
        throw new Error('listener')
      },
    })
    expect(await site.identity.read(site.request())).toMatchObject({ status: 'no_choice' })
  })
})
