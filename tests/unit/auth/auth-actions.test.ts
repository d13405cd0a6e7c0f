import { beforeEach, describe, expect, it } from 'vitest'
import { isAuthAction } from '#lib/auth/next-auth.ts'
import { becomeSite } from '../../support/server-env.ts'

beforeEach(() => {
  becomeSite({ AUTH_FACEBOOK_ID: 'id', AUTH_FACEBOOK_SECRET: 'secret' })
})
const allowed = (request: string) => {
  const [method = '', path = ''] = request.split(' ')
  return isAuthAction(method, path.split('/'))
}

describe('a request to next-auth', () => {
  it.each([
    'GET csrf',
    'GET session',
    'GET providers',
    'GET signin',
    'GET signout',
    'GET error',
    'GET callback/facebook',
    'GET callback/demo',
    'POST signout',
    'POST signin/facebook',
    'POST callback/facebook',
    'POST callback/proof',
    'POST callback/demo',
  ])('is allowed: %s', (request) => {
    expect(allowed(request)).toBe(true)
  })

  it.each([
    'POST _log',
    'GET _log',
    'POST session',
    'POST csrf',
    'POST providers',
    'POST error',
    'POST signin',
    'POST callback',
    'GET callback',
    'GET verify-request',
    'POST verify-request',
    'GET signin/facebook',
    'GET error/x',
    'GET csrf/x',
    'GET session/x',
    'POST signout/x',
    'POST callback/google',
    'POST callback/nothing',
    'POST callback/__proto__',
    'POST callback/facebook/x',
    'GET callback/facebook/',
    'GET constructor',
    'GET ',
    'PUT signout',
    'HEAD session',
    'toString csrf',
  ])('is not allowed: %s (S22)', (request) => {
    expect(allowed(request)).toBe(false)
  })

  it('to the demo is allowed only where the demo is on', () => {
    becomeSite({ DEMO_SIGN_IN: 'off' })
    expect(allowed('POST callback/demo')).toBe(false)
  })
})
