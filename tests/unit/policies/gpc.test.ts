import { describe, expect, it } from 'vitest'
import { globalPrivacyControl } from '#lib/policies/gpc.ts'
import { contextOf } from './context.ts'

const check = (scope: 'account' | 'browser', value?: string) =>
  globalPrivacyControl({ scope }).check(
    contextOf({ headers: value === undefined ? {} : { 'sec-gpc': value } }),
  )

describe('Global Privacy Control as a policy', () => {
  it('is checked before anything else', () => {
    expect(globalPrivacyControl({ scope: 'account' }).before).toBe('signed_out')
  })

  it('for the browser refuses only this request, and records nothing', () => {
    expect(check('browser', '1')).toEqual({ status: 'gpc', keepCookie: true })
  })

  it('for the account returns the reader’s denial as data', () => {
    expect(check('account', '1')).toEqual({
      status: 'gpc',
      keepCookie: true,
      denial: {
        advertising: 'denied',
        version: 'gpc',
        wording: expect.stringContaining('Sec-GPC'),
        source: 'gpc',
      },
    })
  })

  // https://www.w3.org/TR/gpc/#the-sec-gpc-header-field: the only value is 1.
  it.each([undefined, '', '0', 'true', '1, 1', '?1'])('does not refuse Sec-GPC: %s', (value) => {
    for (const scope of ['account', 'browser'] as const) expect(check(scope, value)).toBeNull()
  })

  it('refuses signed-out readers, too', () => {
    const context = { ...contextOf({ headers: { 'sec-gpc': '1' } }), reader: null, consent: null }
    expect(globalPrivacyControl({ scope: 'account' }).check(context)).toHaveProperty('status', 'gpc')
  })
})
