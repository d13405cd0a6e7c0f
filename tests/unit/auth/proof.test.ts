import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { encode } from 'next-auth/jwt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cookieName } from '#lib/auth/cookie-names.ts'
import { currentReader } from '#lib/auth/current-reader.ts'
import { findOutboxMessage } from '#lib/auth/proof/outbox.ts'
import { readPendingProof } from '#lib/auth/proof/pending-proof.ts'
import { checkProof, isReachable, proofKinds, sendProof } from '#lib/auth/proof/proof.ts'
import { checkSecret, createSecret } from '#lib/auth/proof/secrets.ts'
import { sharedDatabase } from '#lib/database/shared-database.ts'
import type { Dii } from '#lib/identity/types.ts'
import { localPath } from '#lib/shared/local-path.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const secretOfSite = 'the-secret-of-this-site'.padEnd(32, '.')
const jane: Dii = { kind: 'email', value: 'canary@example.com' }
const number: Dii = { kind: 'phone', value: '+12345678901' }
const minute = 60_000

let dataDir: string
beforeEach(() => {
  ;({ dataDir } = becomeSite({ NEXTAUTH_SECRET: secretOfSite }))
})
afterEach(() => {
  vi.useRealTimers()
})

/** A browser that requested a proof, the message, and the secret in it. */
async function requested(dii: Dii = jane) {
  const cookie = (await sendProof(dii, '/privacy')) ?? ''
  const jar = jarOf({ [cookieName('pending')]: cookie })
  const pending = await readPendingProof(jar)
  const message = findOutboxMessage(pending?.id ?? '')
  const [, link, code] = /secret=(\S+)|(\d{6}) is your/.exec(message?.text ?? '') ?? []
  return { cookie, jar, pending, message, secret: link ?? code ?? '' }
}

const movedBy = (ms: number) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + ms)
}

describe.each([
  ['a link', jane],
  ['a code', number],
])('%s', (_, dii) => {
  it('proves the address to which it was sent, once', async () => {
    const { jar, secret, pending } = await requested(dii)
    expect(pending).toMatchObject({ dii, next: '/privacy' })
    expect(await checkProof(jar, secret)).toEqual(dii)
    expect(await checkProof(jar, secret)).toBe('over')
  })

  it('is accepted from one of ten parallel requests', async () => {
    const { jar, secret } = await requested(dii)
    const answers = await Promise.all(Array.from({ length: 10 }, () => checkProof(jar, secret)))
    expect(answers.filter((answer) => typeof answer !== 'string')).toEqual([dii])
    expect(new Set(answers.filter((answer) => typeof answer === 'string'))).toEqual(new Set(['over']))
  })

  it('is pending in a cookie that browsers accept, even with the longest path', async () => {
    const next = localPath(`/${'a'.repeat(1023)}`) ?? ''
    const longest = dii.kind === 'email' ? { ...dii, value: `a@${'b'.repeat(244)}.example` } : dii
    const cookie = await sendProof(longest, next)
    expect(await readPendingProof(jarOf({ [cookieName('pending')]: cookie ?? '' }))).toMatchObject({ next })
    // Browsers count name and value, and refuse more than 4096 bytes.
    expect(`__Host-sign-in${cookie}`.length).toBeLessThan(4096)
  })

  it('is valid for 15 minutes', async () => {
    movedBy(0)
    const [early, late] = [await requested(dii), await requested(dii)]
    movedBy(15 * minute - 1000)
    expect(await checkProof(early.jar, early.secret)).toEqual(dii)
    movedBy(1000)
    // Not the 15 s longer for which next-auth would still open the cookie (S21).
    expect(await checkProof(late.jar, late.secret)).toBe('no_request')
  })

  it('may be mistyped four times, but not five', async () => {
    const [four, five] = [await requested(dii), await requested(dii)]
    const mistype = async (jar: typeof five.jar) => expect(await checkProof(jar, '?')).toBe('wrong_secret')
    for (let i = 0; i < 4; i++) await mistype(four.jar)
    expect(await checkProof(four.jar, four.secret)).toEqual(dii)
    for (let i = 0; i < 5; i++) await mistype(five.jar)
    expect(await checkProof(five.jar, five.secret)).toBe('over')
  })

  it('proves nothing in another browser, nor for another request of the same browser (A3)', async () => {
    const [first, second] = [await requested(dii), await requested(dii)]
    expect(await checkProof(jarOf({}), first.secret)).toBe('no_request')
    expect(await checkProof(second.jar, first.secret)).toBe('wrong_secret')
    expect(await checkProof(first.jar, first.secret)).toEqual(dii)
  })

  it.each(['', ' ', '0', 'x'.repeat(10_000), '\0', '☃', '000000 ', `${'='.repeat(43)}`])(
    'is refused as %j, without an error',
    async (secret) => {
      expect(await checkProof((await requested(dii)).jar, secret)).toBe('wrong_secret')
    },
  )
})

it.each([
  ['in two groups', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ['with a hyphen', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ['with a line break', (code: string) => `${code}\r\n`],
  [
    'in wide digits',
    (code: string) => code.replace(/\d/g, (digit) => '０１２３４５６７８９'[Number(digit)] ?? ''),
  ],
])('a code may be typed %s', async (_, typed) => {
  const { jar, secret } = await requested(number)
  expect(await checkProof(jar, typed(secret))).toEqual(number)
})

it('a link must be complete: its hyphens count', async () => {
  const { jar, secret } = await requested(jane)
  expect(await checkProof(jar, `-${secret}`)).toBe('wrong_secret')
  expect(await checkProof(jar, secret)).toEqual(jane)
})

describe('a pending proof', () => {
  it.each(['', 'garbage', 'a.b.c.d.e', '%00', 'x'.repeat(12_000)])(
    'is ignored with the invalid cookie %s (N17)',
    async (value) => {
      expect(await readPendingProof(jarOf({ [cookieName('pending')]: value }))).toBeNull()
    },
  )

  it('is ignored when it was changed, or sealed with another secret', async () => {
    const { cookie, secret } = await requested()
    const middle = Math.floor(cookie.length / 2)
    const changed = cookie.slice(0, middle) + (cookie[middle] === 'A' ? 'B' : 'A') + cookie.slice(middle + 1)
    expect(await checkProof(jarOf({ [cookieName('pending')]: changed }), secret)).toBe('no_request')
    becomeSite({ NEXTAUTH_SECRET: 'f'.repeat(32), DATA_DIR: dataDir })
    expect(await checkProof(jarOf({ [cookieName('pending')]: cookie }), secret)).toBe('no_request')
  })

  it('is not a session, and a session is not a pending proof (S9)', async () => {
    const { cookie, pending } = await requested()
    expect(await currentReader(jarOf({ 'lantern-session': cookie }))).toBeNull()
    const claims = { sub: 'proof:a', sid: 's', dii: jane, otherDii: [], ...pending }
    const session = await encode({ token: claims, secret: secretOfSite, maxAge: 900 })
    expect(await currentReader(jarOf({ 'lantern-session': session }))).not.toBeNull()
    expect(await readPendingProof(jarOf({ [cookieName('pending')]: session }))).toBeNull()
  })

  it('shows nothing of the address', async () => {
    const { cookie } = await requested()
    const parts = cookie.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    expect(`${cookie} ${parts}`).not.toMatch(/canary|example/)
  })

  it('has on https a name that no other host and no http page can set', () => {
    becomeSite({ NEXTAUTH_URL: 'https://localhost:3000' })
    expect(cookieName('pending')).toBe('__Host-sign-in')
  })
})

describe('what is stored of a secret (S5)', () => {
  const digests = (text: string) =>
    (['hex', 'base64', 'base64url'] as const).map((encoding) =>
      createHash('sha256').update(text).digest(encoding),
    )

  it('is only a keyed code: no address, secret or plain hash in tables and files', async () => {
    const all = [await requested(jane), await requested(number)]
    const { db } = await sharedDatabase()
    const rows = await db.selectFrom('sign_in_secrets').selectAll().execute()
    expect(rows).toHaveLength(2)
    const tables = await Promise.all(
      (await db.introspection.getTables()).map(({ name }) =>
        sql<object>`select * from ${sql.table(name)}`.execute(db).then((it) => it.rows),
      ),
    )
    const files = readdirSync(dataDir).filter((name) => name.startsWith('choices.db'))
    expect(files.length).toBeGreaterThan(0)
    const stored =
      JSON.stringify(tables) + files.map((name) => readFileSync(join(dataDir, name), 'latin1')).join()
    // The rows are in the searched text.
    for (const { hmac, id } of rows) for (const text of [hmac, id]) expect(stored).toContain(text)
    for (const { secret, pending } of all) {
      const id = pending?.id
      const canaries = [secret, ...[secret, `${id}${secret}`, `sign-in:${id}:${secret}`].flatMap(digests)]
      for (const canary of [...canaries, 'canary', '2345678901']) expect(stored).not.toContain(canary)
    }
  })

  it('is valid only for its own request', async () => {
    const first = await createSecret('phone', Date.now() + minute)
    const second = await createSecret('phone', Date.now() + minute)
    const { db } = await sharedDatabase()
    const stolen = db.selectFrom('sign_in_secrets').select('hmac').where('id', '=', first.id)
    const { hmac } = await stolen.executeTakeFirstOrThrow()
    await db.updateTable('sign_in_secrets').set({ hmac }).where('id', '=', second.id).execute()
    expect(await checkSecret(second.id, first.secret)).toBe('wrong')
    expect(await checkSecret(first.id, first.secret)).toBe('right')
  })

  it('is useless without the site’s own secret', async () => {
    const { id, secret } = await createSecret('phone', Date.now() + minute)
    becomeSite({ NEXTAUTH_SECRET: 'f'.repeat(32), DATA_DIR: dataDir })
    expect(await checkSecret(id, secret)).toBe('wrong')
    becomeSite({ NEXTAUTH_SECRET: secretOfSite, DATA_DIR: dataDir })
    expect(await checkSecret(id, secret)).toBe('right')
  })

  it('has the same length for every secret', async () => {
    await requested(jane)
    await requested(number)
    const rows = await (await sharedDatabase()).db.selectFrom('sign_in_secrets').select('hmac').execute()
    for (const { hmac } of rows) expect(hmac).toMatch(/^[\w-]{43}$/)
  })
})

describe('a message', () => {
  it('is a link that contains only a long secret', async () => {
    const { message, secret } = await requested()
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(message?.to).toBe(jane.value)
    expect(message?.text).toContain(`\nhttp://localhost:3000/sign-in/proof?secret=${secret}\n`)
    expect(`${message?.subject}${message?.text}`).not.toMatch(/canary|@/)
  })

  it('is a code that a browser fills in on this site only', async () => {
    const { message, secret } = await requested(number)
    expect(secret).toMatch(/^\d{6}$/)
    expect(message).toEqual({
      to: number.value,
      text: expect.stringMatching(new RegExp(`\n\n@localhost #${secret}$`)),
    })
    expect(message?.text).not.toContain('2345678901')
  })

  it('has a new secret each time', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, async () => (await requested()).secret))
    expect(new Set(secrets).size).toBe(20)
  })
})

describe('an address for mail', () => {
  it.each([
    'jane@example.com',
    "o'neil+news@example.co.uk",
    'a_b-c.d=e/f!g#h%i&j*k?l^m`n{o|p}q~@example.com',
  ])('may be %s', (value) => {
    expect(isReachable({ kind: 'email', value })).toBe(true)
  })

  it.each([
    'jane,joe@example.com',
    'jane@example.com,joe.example',
    'jane;joe@example.com',
    'jane<joe@example.com>',
    '<jane@example.com>',
    '"jane"@example.com',
    'jane(joe)@example.com',
    'group:jane@example.com',
    'jane\\joe@example.com',
    'jane@[192.0.2.1]',
    'jane@example.com\r\nBcc:joe@example.com',
    'jane\u00a0@example.com',
    'jane@exämple.com',
    'ｊane@example.com',
    '\u212aate@example.com',
    '',
  ])('may not be %j, which could be two addresses or another one', (value) => {
    expect(isReachable({ kind: 'email', value })).toBe(false)
  })
})

describe('the kinds of proof that are offered', () => {
  const real = {
    UID2_BASE_URL: 'http://127.0.0.1:1',
    UID2_API_KEY: 'key',
    UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
  }
  const mail = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'sign-in@news.example' }

  it.each([
    [{}, { email: 'outbox', phone: 'outbox' }],
    [{ SANDBOX_PUBLIC: 'on' }, { email: false, phone: false }],
    [real, { email: false, phone: false }],
    [
      { ...real, ...mail },
      { email: 'sent', phone: false },
    ],
  ])('are with %j %j', (variables, kinds) => {
    becomeSite(variables)
    expect(proofKinds()).toEqual(kinds)
  })
})
