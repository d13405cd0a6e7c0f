import fc from 'fast-check'
import { memberText } from '#lib/uid2/identity.ts'
import {
  createUid2Requests,
  describeApiKey,
  type HttpReply,
  hashEmail,
  normalizeEmail,
  normalizePhone,
  type PreparedRequest,
  parseIdentity,
  Uid2Error,
  type Wire,
} from '#lib/uid2/index.ts'
import { concat, encrypt, sha256, toBase64, utf8 } from './bytes.ts'
import { apiKey, identity, openRequest, responseKey, secret } from './operator.ts'
import { normalizedByOperator } from './operator-rule.ts'

/** What holds for every input. Each check tries `runs` random inputs. */
export const properties: [name: string, check: (runs: number) => Promise<void> | void][] = [
  ['an address is normalised as operators do, or refused where implementations differ (U7)', likeOperators],
  ['a hash is the SHA-256 of the normalised address', hashesWhatItNormalises],
  ['a phone number is taken as it is or refused', phonesUnchanged],
  ['a sealed answer with any bit flipped is refused (U15)', flippedBits],
  ['a sealed answer that is cut or lengthened is refused (U15)', otherLengths],
  ['a sealed answer to any other nonce is refused (U16)', otherNonces],
  ['any HTTP reply is read, or refused with a Uid2Error', anyReply],
  ['any sealed payload is read, or refused with a Uid2Error', anyPayload],
  ['any value is parsed as an identity, or refused', anyIdentity],
  ['the text of a member is what JSON.parse reads', memberTexts],
  ['describeApiKey throws for no text', (runs) => check(runs, fc.string(), describeApiKey)],
]

const check = <T>(runs: number, arbitrary: fc.Arbitrary<T>, holds: (value: T) => unknown) =>
  fc.assert(
    fc.property(arbitrary, (value) => void holds(value)),
    { numRuns: runs },
  )

const checkAsync = <T>(runs: number, arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<unknown>) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (value) => void (await holds(value))),
    { numRuns: runs },
  )

function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

const pieces = fc.constantFrom(
  ...['a', 'B', 'z9', '.', '..', '+', '@', '-', '_', 'É', 'İ', '😊', 'ſ', 'K'],
  ...['gmail.com', 'GMail.Com', 'googlemail.com', 'example.com', 'x'.repeat(64), '0'.repeat(64)],
  ...['<', '>', ',', '"', '%41', '\u3002', '\u2800', '\ufe0f', 'ａ'],
  ...[' ', '  ', '\t', '\n', '\u00a0', '\u3000', '\u0000', '\u200b', '\ud800'],
)
const addresses = fc.oneof(
  fc.emailAddress(),
  fc.string({ unit: 'binary' }),
  fc.array(pieces, { maxLength: 8 }).map((all) => all.join('')),
  fc
    .tuple(fc.array(pieces, { maxLength: 4 }), fc.array(pieces, { maxLength: 3 }))
    .map(([local, domain]) => `${local.join('')}@${domain.join('')}`),
)

/** Text that implementations read differently, that is invisible, or that stands for other letters. */
const isAmbiguous = (text: string) =>
  /[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800\u3002\ufffc\ufffd\u{1d159}]/u.test(text) ||
  text.normalize('NFKC') !== text

/** The grammar of RFC 5321 for a mailbox without quotes. */
function isMailbox(text: string): boolean {
  const [local = '', domain = '', ...more] = text.split('@')
  const atext = (part: string) =>
    part !== '' && [...part].every((c) => c > '\x7f' || /[\w!#$%&'*+/=?^`{|}~-]/.test(c))
  const label = (part: string) =>
    part !== '' &&
    [...part].every((c) => c > '\x7f' || /[a-z0-9-]/i.test(c)) &&
    !part.startsWith('-') &&
    !part.endsWith('-')
  const encoded = /%[0-9a-f]{2}/i.test(text)
  return more.length === 0 && !encoded && local.split('.').every(atext) && domain.split('.').every(label)
}
const looksHashed = (text: string) => /^[0-9a-f]{64}$/i.test(text) || /^[A-Za-z0-9+/_-]{43}=?$/.test(text)

/** All messages of refusals: they do not depend on the address. */
const refusals = new Set(['nobody', 'two words@example.com', '0'.repeat(64)].map(messageFor))

function messageFor(email: string): string {
  try {
    return normalizeEmail(email)
  } catch (error) {
    must(error instanceof TypeError, `threw ${error}`)
    return error.message
  }
}

function normalizedByUs(email: string): string | null {
  const answer = messageFor(email)
  return refusals.has(answer) ? null : answer
}

function likeOperators(runs: number): void {
  check(runs, addresses, (email) => {
    const ours = normalizedByUs(email)
    const trimmed = email.trim()
    const refused = isAmbiguous(trimmed) || looksHashed(trimmed) || !isMailbox(trimmed)
    must(ours === (refused ? null : normalizedByOperator(trimmed)), `${ours}`)
    // Operators ignore spaces around an address and keep other white space; we trim both, as browsers do.
    if (!refused && email.replace(/^ +| +$/g, '') === trimmed)
      must(ours === normalizedByOperator(email), 'trim')
    if (ours !== null) must(normalizeEmail(ours) === ours, 'not stable')
  })
}

function hashesWhatItNormalises(runs: number) {
  return checkAsync(runs, fc.emailAddress(), async (email) => {
    if (looksHashed(email) || !isMailbox(email)) return
    const expected = toBase64(await sha256(utf8(normalizedByOperator(email) ?? '')))
    must((await hashEmail(email)) === expected, 'another hash')
  })
}

function phonesUnchanged(runs: number): void {
  const phones = fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9]{8,17}\n?$/))
  check(runs, phones, (phone) => {
    try {
      must(normalizePhone(phone) === phone, 'changed')
      must(/^\+[0-9]{10,15}$/.test(phone) && !phone.includes('\n'), 'accepted')
    } catch (error) {
      must(error instanceof TypeError, 'threw something else')
      must(!/^\+[0-9]{10,15}(?!\n)$/.test(phone), 'refused')
    }
  })
}

const email = { email: 'reader@example.com' }
const requestsIn = (wire: Wire) =>
  createUid2Requests({
    baseUrl: 'https://operator.example',
    apiKey,
    clientSecret: toBase64(secret),
    wire,
  })

/** A request in binary mode, and a well-sealed answer to it. */
async function exchange(payload: Uint8Array): Promise<{
  request: PreparedRequest<unknown>
  answer: Uint8Array<ArrayBuffer>
}> {
  const request = await requestsIn('binary').generateToken(email)
  const { nonce } = await openRequest(request.body)
  return { request, answer: await encrypt(secret, concat(new Uint8Array(8), nonce, payload)) }
}

async function refusal(request: PreparedRequest<unknown>, reply: HttpReply): Promise<string> {
  try {
    await request.read(reply)
  } catch (error) {
    must(error instanceof Uid2Error, `threw ${error}`)
    return error.code
  }
  return 'none'
}

const optout = utf8('{"status":"optout"}')
const payloads = fc.oneof(
  fc.constant(optout),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
)

function flippedBits(runs: number) {
  return checkAsync(runs, fc.tuple(payloads, fc.nat()), async ([payload, nth]) => {
    const { request, answer } = await exchange(payload)
    const bit = nth % (answer.length * 8)
    answer[bit >> 3] = (answer[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    must((await refusal(request, { status: 200, body: answer })) === 'undecryptable', `bit ${bit}`)
  })
}

function otherLengths(runs: number) {
  const extra = fc.uint8Array({ minLength: 1, maxLength: 40 })
  return checkAsync(runs, fc.tuple(payloads, fc.nat(), extra), async ([payload, nth, more]) => {
    const { request, answer } = await exchange(payload)
    const cut = answer.slice(0, nth % answer.length)
    const code = await refusal(request, { status: 200, body: cut })
    must(code === 'undecryptable' || (code === 'bad_response' && cut.length < 28), `cut to ${cut.length}`)
    const longer = { status: 200, body: concat(answer, Uint8Array.from(more)) }
    must((await refusal(request, longer)) === 'undecryptable', 'longer')
  })
}

function otherNonces(runs: number) {
  const nonces = fc.uint8Array({ maxLength: 24 })
  return checkAsync(runs, nonces, async (bytes) => {
    const { request } = await exchange(optout)
    const own = (await openRequest(request.body)).nonce
    const nonce = Uint8Array.from(bytes)
    if (String(nonce.subarray(0, 8)) === String(own)) return
    const body = await encrypt(secret, concat(new Uint8Array(8), nonce, optout))
    must((await refusal(request, { status: 200, body })) === 'nonce_mismatch', String(nonce))
  })
}

const prepared = (wire: Wire) =>
  Promise.all([
    requestsIn(wire).generateToken(email),
    requestsIn(wire).refreshToken(identity),
    requestsIn(wire).validateToken('AT', email),
  ])

const statuses = fc.oneof(fc.constantFrom(200, 400, 401, 429, 503), fc.integer({ min: 100, max: 599 }))
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.json(),
  fc.base64String({ maxLength: 400 }),
  fc
    .record({ status: fc.json(), message: fc.json() })
    .map(({ status, message }) => `{"status":${status},"message":${message}}`),
)
const headers = fc.option(
  fc.record({ date: fc.string(), 'retry-after': fc.oneof(fc.string(), fc.integer().map(String)) }),
  { nil: undefined },
)

function anyReply(runs: number) {
  const bytes = fc.uint8Array({ maxLength: 400 })
  return checkAsync(runs, fc.tuple(statuses, texts, bytes, headers), async ([status, text, raw, all]) => {
    const known = new Map(Object.entries(all ?? {}))
    const some = all ? { headers: { get: (name: string) => known.get(name) ?? null } } : {}
    for (const request of await prepared('base64')) {
      await refusal(request, { status, body: text, ...some })
      await refusal(request, { status, body: raw, ...some })
    }
    for (const request of await prepared('binary')) await refusal(request, { status, body: raw, ...some })
  })
}

function anyPayload(runs: number) {
  const inside = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
    fc.json().map(utf8),
    fc.json().map((body) => utf8(`{"status":"success","body":${body}}`)),
    fc.string({ unit: 'binary' }).map((status) => utf8(JSON.stringify({ status }))),
  )
  return checkAsync(runs, inside, async (payload) => {
    for (const request of await prepared('binary')) {
      const body =
        request.body instanceof Uint8Array
          ? await encrypt(
              secret,
              concat(new Uint8Array(8).fill(255), (await openRequest(request.body)).nonce, payload),
            )
          : await encrypt(responseKey, payload)
      await refusal(request, { status: 200, body })
    }
  })
}

function anyIdentity(runs: number): void {
  const values = fc.oneof(
    fc.jsonValue(),
    fc.string(),
    fc.json(),
    fc
      .record(
        { ...Object.fromEntries(Object.keys(identity).map((name) => [name, fc.jsonValue()])) },
        { requiredKeys: [] },
      )
      .map((some) => ({ ...identity, ...some })),
  )
  check(runs, values, (value) => {
    try {
      const { advertising_token: token, identity_expires: time } = parseIdentity(value)
      must(typeof token === 'string' && Number.isSafeInteger(time), 'no identity')
    } catch (error) {
      must(error instanceof Uid2Error, `threw ${error}`)
      must(error.code === 'bad_response', error.code)
    }
  })
}

function memberTexts(runs: number): void {
  const space = fc.constantFrom('', ' ', '\n\t')
  const key = fc.oneof(
    fc.constant('"body"'),
    fc.constant('"\\u0062ody"'),
    fc.string().map((k) => JSON.stringify(k)),
  )
  const members = fc.array(fc.tuple(space, key, space, fc.json()), { maxLength: 5 })
  check(runs, members, (all) => {
    const json = `{${all.map(([a, name, b, value]) => `${a}${name}${b}:${a}${value}${b}`).join(',')}}`
    const parsed = (JSON.parse(json) as { body?: unknown }).body
    const text = memberText(json, 'body')
    must(JSON.stringify(text === undefined ? undefined : JSON.parse(text)) === JSON.stringify(parsed), json)
  })
}
