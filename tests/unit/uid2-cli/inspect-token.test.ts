import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  crossPlatform,
  emailToken,
  euidPhoneToken,
  genuine,
  refreshVector,
  tokenTimes,
} from '../sandbox/vectors.ts'
import { cli } from './cli.ts'

/** The published test keys of the operator (its local fixtures). */
const fixtureKeys = {
  101: 'vPdQIoN1nTwXIQoH4/GcHOAct7ymyrGUKXNQhgmq+E8=',
  102: 'RgyxkP4yP1gYhCINq7O9PxM6jX+etPqSQluZxjB1aG8=',
  103: 'c2yMYeezHfDvZ6haknCFaj0t+eAEJp/C/uh+fUAm1fo=',
  104: 'bVZZOwCuO0fUf2P6CrwaY23erMErVQiMkGgpy2OMSxc=',
}
const uid = {
  email: '6bnjfis0XfGLD4gL3zNdHoUh07VHgiIWfcAksL4aLC4=',
  euidPhone: 'FBGIG1IA/BbvTYkGWkqOxGtRIzRPQpVu+AR49ITbivzI',
}
const files = { 'keys.json': JSON.stringify(fixtureKeys) }

async function inspect(token: string, line: string[] = [], setting: Parameters<typeof cli>[1] = {}) {
  const { code, json, out } = await cli(['inspect-token', token, '--json', ...line], {
    files,
    now: () => tokenTimes.created + 10_000,
    ...setting,
  })
  return { code, json, out, notes: json.notes as string[] }
}
const withKeys = (token: string, ...line: string[]) => inspect(token, ['--keys', 'keys.json', ...line])

const v3 = (token: string) => {
  const bytes = Buffer.from(token, 'base64url')
  bytes[1] = 0x70
  return bytes.toString('base64')
}

/** Version 2, built here byte by byte: CBC, and the raw UID as base64 text. */
function v2(identity: {
  siteId: number
  privacy: number
  established: number
  expires: number
  uid: string
}) {
  const cbc = (key: string, plaintext: Buffer) => {
    const iv = Buffer.alloc(16, 0x5a)
    const cipher = createCipheriv('aes-256-cbc', Buffer.from(key, 'base64'), iv)
    return Buffer.concat([iv, cipher.update(plaintext), cipher.final()])
  }
  const int = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    return bytes
  }
  const long = (value: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(value))
    return bytes
  }
  const text = Buffer.from(identity.uid)
  const site = [
    int(identity.siteId),
    int(text.length),
    text,
    int(identity.privacy),
    long(identity.established),
  ]
  const inner = cbc(fixtureKeys[103], Buffer.concat(site))
  return {
    advertising: Buffer.concat([
      Buffer.of(2),
      int(101),
      cbc(fixtureKeys[101], Buffer.concat([long(identity.expires), int(103), inner])),
    ]).toString('base64'),
    refresh: Buffer.concat([
      Buffer.of(2),
      ...[identity.established, identity.expires, identity.expires + 60_000].map(long),
      int(102),
      cbc(fixtureKeys[102], Buffer.concat(site)),
    ]).toString('base64'),
  }
}
const old = v2({
  ...{ siteId: 2, privacy: 1, uid: uid.email },
  ...{ established: tokenTimes.created, expires: tokenTimes.expires },
})

describe('without keys, by the header', () => {
  it.each([
    [
      'version 4 of UID2',
      emailToken,
      { type: 'advertising', version: 4, scope: 'uid2', identity: 'email', keyId: 101 },
    ],
    [
      'version 4 of EUID',
      euidPhoneToken,
      { type: 'advertising', version: 4, scope: 'euid', identity: 'phone', keyId: 101 },
    ],
    [
      'version 3',
      v3(emailToken),
      { type: 'advertising', version: 3, scope: 'uid2', identity: 'email', keyId: 101 },
    ],
    ['the SDKs’ own', crossPlatform.token, { type: 'advertising', version: 4, scope: 'uid2', keyId: 164 }],
    ['version 2', old.advertising, { type: 'advertising', version: 2, keyId: 101 }],
    ['a refresh token', genuine.refreshToken, { type: 'refresh', scope: 'uid2', keyId: 102 }],
    [
      'an inner refresh token',
      refreshVector.inner,
      { type: 'inner-refresh', version: 3, scope: 'uid2', identity: 'email' },
    ],
    ['an inner refresh token of version 2', old.refresh, { type: 'inner-refresh', version: 2, keyId: 102 }],
  ])('%s', async (_, token, header) => {
    const { code, json } = await inspect(token)
    expect(code).toBe(0)
    expect(json).toMatchObject({ ...header, opened: false })
  })

  it.each(['AAAA', 'not a token', 'A'.repeat(218), '{"advertising_token":"x"}', 'é'])(
    '%j is not a token',
    async (text) => {
      const { code, json } = await inspect(text)
      expect([code, json.type]).toEqual([1, null])
    },
  )

  it('a token of the other product than UID2_PRODUCT is a negative result', async () => {
    const env = { UID2_PRODUCT: 'uid2' }
    expect((await inspect(emailToken, [], { env })).code).toBe(0)
    const { code, notes } = await inspect(euidPhoneToken, [], { env })
    expect([code, notes.join()]).toEqual([1, expect.stringContaining('EUID')])
  })
})

describe('with keys', () => {
  it('times, site and way of generation are shown', async () => {
    const { code, json } = await withKeys(emailToken)
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ...{ opened: true, expired: false, createdAt: tokenTimes.created, expiresAt: tokenTimes.expires },
      ...{ establishedAt: tokenTimes.created, refreshedAt: tokenTimes.created, siteId: 124, siteKeyId: 103 },
      privacy: { bits: 1, clientSideGenerated: false, clientSideOptOut: false },
      rawUidVersion: 2,
    })
  })

  it('bit 1 says that a browser generated the token: output of a real operator', async () => {
    const { json } = await withKeys(genuine.advertisingToken, '--reveal')
    expect(json).toMatchObject({
      privacy: { bits: 3, clientSideGenerated: true },
      ...{ siteId: 123, siteKeyId: 104, rawUid: genuine.uid },
      ...{ createdAt: genuine.created, expiresAt: genuine.expires, establishedAt: genuine.established },
    })
  })

  it('the raw UID is shown only with --reveal', async () => {
    for (const [token, raw] of [
      [emailToken, uid.email],
      [euidPhoneToken, uid.euidPhone],
      [old.advertising, uid.email],
    ] as const) {
      expect((await withKeys(token)).out).not.toContain(raw)
      expect((await cli(['inspect-token', token, '--keys', 'keys.json'], { files })).out).not.toContain(raw)
      expect((await withKeys(token, '--reveal')).json).toMatchObject({ rawUid: raw })
    }
  })

  it('versions 3 and 2 are opened, too', async () => {
    expect((await withKeys(v3(emailToken), '--reveal')).json).toMatchObject({ version: 3, rawUid: uid.email })
    expect((await withKeys(old.advertising, '--reveal')).json).toMatchObject({
      ...{ version: 2, opened: true, siteId: 2, siteKeyId: 103, rawUid: uid.email },
      ...{ expiresAt: tokenTimes.expires, establishedAt: tokenTimes.created },
    })
  })

  it('scope and kind of version 2 come from the raw UID, if it contains them', async () => {
    const times = { established: tokenTimes.created, expires: tokenTimes.expires }
    const long = v2({ siteId: 2, privacy: 1, uid: uid.euidPhone, ...times }).advertising
    expect((await inspect(long)).json).not.toHaveProperty('scope')
    expect((await withKeys(long)).json).toMatchObject({ scope: 'euid', identity: 'phone' })
    expect((await withKeys(old.advertising)).json).not.toHaveProperty('identity')
  })

  it('the token of the SDKs’ own tests opens with keys from standard input', async () => {
    const { master, site } = crossPlatform
    const stdin = JSON.stringify({ [master.id]: master.secret, [site.id]: site.secret })
    const { json } = await inspect(crossPlatform.token, ['--keys', '-', '--reveal'], { stdin })
    expect(json).toMatchObject({ opened: true, siteId: 9000, rawUid: crossPlatform.uid })
    expect(new Date(json.expiresAt as number).toISOString()).toMatch(/^2042-12-27/)
  })

  it('the version of a raw UID comes from its length and bit 5', async () => {
    expect((await withKeys(euidPhoneToken)).json).toMatchObject({ rawUidVersion: 3 })
  })

  it('an expired token is a negative result', async () => {
    const { code, json } = await inspect(emailToken, ['--keys', 'keys.json'], {
      now: () => tokenTimes.expires + 1,
    })
    expect([code, json.expired]).toEqual([1, true])
  })

  it('the result of a buyer is added when the keys are an operator’s answer', async () => {
    const body = (lifetime: number) =>
      JSON.stringify({
        body: {
          ...{
            max_bidstream_lifetime_seconds: lifetime,
            allow_clock_skew_seconds: 1800,
            identity_scope: 'UID2',
          },
          keys: Object.entries(fixtureKeys).map(([id, secret]) => ({
            id: Number(id),
            expires: 4_088_629_662,
            secret,
          })),
        },
      })
    const inspectWith = (lifetime: number) => inspect(emailToken, ['--keys', '-'], { stdin: body(lifetime) })
    expect(await inspectWith(3610)).toMatchObject({ code: 0, json: { buyer: 'readable' } })
    expect(await inspectWith(3599)).toMatchObject({ code: 1, json: { buyer: 'INVALID_TOKEN_LIFETIME' } })
  })
})

describe('a refresh token, with the operator’s own key', () => {
  it('opens both layers', async () => {
    const { json } = await inspect(genuine.refreshToken, ['--keys', 'keys.json', '--reveal'], {
      now: () => genuine.created,
    })
    expect(json).toMatchObject({
      ...{ opened: true, siteId: 123, expiresAt: 1_724_981_814_352 },
      firstLevelHash: Buffer.from(genuine.firstLevelHash, 'hex').toString('base64'),
    })
    expect(JSON.stringify(json)).not.toContain(genuine.responseKey)
  })

  it('shows scope and kind from the inner token', async () => {
    expect((await inspect(refreshVector.outer)).json).not.toHaveProperty('identity')
    const { code, json } = await withKeys(refreshVector.outer)
    expect([code, json.scope, json.identity]).toEqual([0, 'uid2', 'email'])
    const { out } = await cli(['inspect-token', refreshVector.outer, '--keys', 'keys.json'], { files })
    expect(out).toMatch(/^identity +e-mail$/m)
  })

  it.each([
    ['outer', refreshVector.outer],
    ['inner', refreshVector.inner],
    ['inner of version 2', old.refresh],
  ])('shows no hash without --reveal: %s', async (_, token) => {
    const { json, out } = await withKeys(token)
    expect(json).toMatchObject({ opened: true, establishedAt: tokenTimes.created, privacy: { bits: 1 } })
    expect(out).not.toContain('sNucuuqRSevxEAlg4mdhE')
  })
})

describe('a token that does not open', () => {
  it('is reported with the number of the missing key', async () => {
    const { code, json, notes } = await inspect(emailToken, ['--keys', '-'], {
      stdin: JSON.stringify({ 101: fixtureKeys[101] }),
    })
    expect([code, json.why]).toEqual([1, 'key-unknown'])
    expect(notes.join()).toContain('key 103')
  })

  it('is reported as cut, even without keys', async () => {
    for (const token of [emailToken.slice(0, -2), emailToken.slice(0, 100), `${emailToken}AAAA`]) {
      const { code, notes } = await inspect(token)
      expect([code, notes.join()]).toEqual([1, expect.stringContaining('it was cut')])
    }
    expect((await inspect(emailToken)).code).toBe(0)
    expect((await inspect(euidPhoneToken)).code).toBe(0)
  })

  it('is reported as a wrong key or a changed byte', async () => {
    const swapped = JSON.stringify({ 101: fixtureKeys[102], 103: fixtureKeys[103] })
    expect((await inspect(emailToken, ['--keys', '-'], { stdin: swapped })).json.why).toBe('key-wrong')
    const changed = `${emailToken.slice(0, 100)}${emailToken[100] === 'A' ? 'B' : 'A'}${emailToken.slice(101)}`
    expect((await withKeys(changed)).json.why).toBe('key-wrong')
  })

  it.each(['', 'no json', '{}', '[]', '{"101":"short"}', '{"x":"y"}', '{"keys":[{"id":1}]}', 'null'])(
    'with keys that are %j is wrong usage',
    async (stdin) => {
      expect((await cli(['inspect-token', emailToken, '--keys', '-'], { stdin })).code).toBe(2)
    },
  )
})
