import { describe, expect, it } from 'vitest'
import { createUid2Client, describeApiKey } from '#lib/uid2/index.ts'
import { toBase64 } from './bytes.ts'
import { secret } from './operator.ts'

/** The parts behind the site, of the operator's public test clients. */
const key = 'H8VwqX.l2G4TCuUWYAqdqkeG/UqtFoPEoXirKn4kHWxc='

describe('describeApiKey', () => {
  it.each([
    [`UID2-C-L-124-${key}`, { product: 'uid2', role: 'client', environment: 'local', siteId: 124 }],
    [`UID2-C-T-1-${key}`, { product: 'uid2', role: 'client', environment: 'test', siteId: 1 }],
    [`EUID-C-I-9000-${key}`, { product: 'euid', role: 'client', environment: 'integ', siteId: 9000 }],
    [`UID2-O-P-7-${key}`, { product: 'uid2', role: 'operator', environment: 'prod', siteId: 7 }],
  ])('reads product, role, environment and site: %s', (apiKey, description) => {
    expect(describeApiKey(apiKey)).toEqual(description)
  })

  it.each([
    '',
    key,
    `UID2-C-X-124-${key}`,
    `uid2-c-l-124-${key}`,
    `UID2-C-L-124-${key}=`,
    `UID2-C-L--${key}`,
    `UID2-C-L-124-${key}\n`,
    `UID2-C-L-124-${key.replace('.', '')}`,
    `UID2-C-L-124-${key.slice(1)}`,
    `UID2-C-L-124-A${key}`,
  ])('returns undefined for %j, which may be an API key of the early form', (apiKey) => {
    expect(describeApiKey(apiKey)).toBeUndefined()
  })
})

describe('the API key given to a client (U20)', () => {
  const options = { baseUrl: 'https://operator.example', clientSecret: toBase64(secret) }
  it.each([
    ['the client secret', toBase64(secret), /^apiKey must be the API key; this is the client secret$/],
    ['an operator’s key', `UID2-O-P-7-${key}`, /^apiKey must be a client’s key; this is an operator’s$/],
  ])('is refused when it is %s', (_, apiKey, message) => {
    expect(() => createUid2Client({ ...options, apiKey })).toThrow(message)
  })

  it.each(['early-key-without-form', toBase64(new Uint8Array(32).fill(7))])(
    'is accepted in the early form: %s',
    (apiKey) => {
      expect(() => createUid2Client({ ...options, apiKey })).not.toThrow()
    },
  )
})
