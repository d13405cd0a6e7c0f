import { expect, it } from 'vitest'
import { decode32Bytes, decodeBase64, encodeBase64 } from '#lib/uid2/base64.ts'
import { createUid2Requests } from '#lib/uid2/index.ts'
import { toBase64 } from './bytes.ts'
import { apiKey, openRequest, secret } from './operator.ts'

/** RFC 4648 section 4, letter by letter. */
const strict = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const alphabet = ['A', '/', '=', ' ', '-']
const words = (length: number): string[] =>
  length === 0 ? [''] : words(length - 1).flatMap((word) => alphabet.map((letter) => word + letter))

it('base64 is decoded exactly as RFC 4648 allows, for every text of up to 5 letters', () => {
  for (const text of [0, 1, 2, 3, 4, 5].flatMap(words)) {
    expect([text, decodeBase64(text) !== undefined]).toEqual([text, strict.test(text)])
  }
})

it.each([
  'AAAA\n',
  'AAAA AAAA',
  'AA==AAAA',
  'A===',
  'AAAA====',
  'AAA\u0100',
  'AAAAA===',
  ' AAA',
  '\u00a0AAA',
])('%j is refused as base64', (text) => expect(decodeBase64(text)).toBeUndefined())

it('32 bytes are distinguished from other input of about the same length', () => {
  expect(decode32Bytes(toBase64(secret))).toEqual(secret)
  for (const text of [
    toBase64(new Uint8Array(33)),
    `${toBase64(new Uint8Array(31)).slice(0, 20)} ${toBase64(new Uint8Array(31)).slice(21)}`,
    `${toBase64(secret)}    `,
  ]) {
    expect(decode32Bytes(text)).toBeUndefined()
  }
})

it.each([0, 1, 2, 3, 8191, 8192, 8193, 1_000_000])('%i bytes survive encoding and decoding', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i * 31)
  expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
})

it('a request of half a megabyte can be sealed', async () => {
  const clientSecret = toBase64(secret)
  const requests = createUid2Requests({ baseUrl: 'https://operator.example', apiKey, clientSecret })
  const { body } = await requests.validateToken('A'.repeat(500_000), { phone: '+12345678901' })
  expect((await openRequest(body)).json).toMatchObject({ token: 'A'.repeat(500_000) })
})
