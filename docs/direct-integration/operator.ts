/**
 * The two calls of a UID2 operator that a publisher needs, with `fetch` and WebCrypto only: no SDK, no import. What they
 * leave out: README.md in this folder. Every byte explained: docs/protocol.md.
 */

/** What an operator issues. Times are Unix ms. Browsers get the first three fields at most. */
export interface Identity {
  advertising_token: string
  identity_expires: number
  refresh_from: number
  refresh_expires: number
  refresh_token: string
  refresh_response_key: string
}

export type Answer =
  | { status: 'success'; identity: Identity }
  | { status: 'optout' | 'insufficient_user_consent' | 'expired' }

/** The message is a code without anything personal: `http_401`, `timeout`, `nonce_mismatch`, … */
export class OperatorFault extends Error {}

export type Operator = ReturnType<typeof operatorFromEnvironment>

export function operatorFromEnvironment() {
  const { UID2_BASE_URL, UID2_API_KEY, UID2_CLIENT_SECRET } = process.env
  if (!UID2_BASE_URL || !UID2_API_KEY) throw new Error('UID2_BASE_URL or UID2_API_KEY is not set')
  if (!UID2_CLIENT_SECRET || !/^[A-Za-z0-9+/]{43}=$/.test(UID2_CLIENT_SECRET))
    throw new Error('UID2_CLIENT_SECRET is not base64 of 32 bytes')
  return {
    baseUrl: UID2_BASE_URL.replace(/\/+$/, ''),
    apiKey: UID2_API_KEY,
    clientSecret: UID2_CLIENT_SECRET,
  }
}

/** RFC 5321 and 6531 without quotes, comments and brackets. */
const mailbox =
  /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+)*@(?:(?!-)[a-z0-9\-\u0080-\u{10ffff}]+(?<!-)(?:\.(?!$)|$))+$/u
/** Invisible characters, a full stop that domains read as a dot, and percent-encoding. */
const unusable = /[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800\u3002\ufffc\ufffd\u{1d159}]|%[0-9a-f]{2}/u

/**
 * Base64 of the SHA-256 of the normalised address. Null if it is not a plain mailbox: another spelling (invisible
 * characters, quotes, brackets) has another hash, under which no opt-out is known.
 */
export async function hashEmail(email: string): Promise<string | null> {
  const lowered = email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const [local = '', domain = ''] = lowered.split('@')
  const kept = domain === 'gmail.com' ? local.replace(/\+[\s\S]*/, '').replaceAll('.', '') : local
  if (!kept || !mailbox.test(lowered) || unusable.test(lowered) || lowered.normalize('NFKC') !== lowered)
    return null
  const bytes = new TextEncoder().encode(`${kept}@${domain}`)
  return toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** https://unifiedid.com/docs/endpoints/post-token-generate */
export async function generate(operator: Operator, emailHash: string): Promise<Answer> {
  const nonce = crypto.getRandomValues(new Uint8Array(8))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const json = new TextEncoder().encode(JSON.stringify({ email_hash: emailHash }))
  const plaintext = new Uint8Array(16 + json.length)
  new DataView(plaintext.buffer).setBigInt64(0, BigInt(Date.now()))
  plaintext.set(nonce, 8)
  plaintext.set(json, 16)
  const key = await importKey(operator.clientSecret)
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plaintext))

  const reply = await post(operator, '/v2/token/generate', toBase64(Uint8Array.of(1, ...iv, ...sealed)))
  if (reply.status !== 200) throw new OperatorFault(`http_${reply.status}`)
  const opened = await open(operator.clientSecret, reply.text)
  // In constant time: every byte is compared.
  let difference = 0
  for (const [i, byte] of nonce.entries()) difference |= byte ^ (opened[8 + i] ?? ~byte)
  if (difference !== 0) throw new OperatorFault('nonce_mismatch')
  return readAnswer(opened.subarray(16))
}

/** https://unifiedid.com/docs/endpoints/post-token-refresh */
export async function refresh(operator: Operator, identity: Identity): Promise<Answer> {
  const reply = await post(operator, '/v2/token/refresh', identity.refresh_token)
  // A refusal is not encrypted. Only the token was sent, so these answers are about the token and final.
  const isAboutToken = /"status" ?: ?"(expired_token|invalid_token|client_error)"/.test(reply.text)
  if (reply.status === 400 && isAboutToken) return { status: 'expired' }
  if (reply.status !== 200) throw new OperatorFault(`http_${reply.status}`)
  return readAnswer(await open(identity.refresh_response_key, reply.text))
}

/** One exchange within 1.5 s, with its body. Redirects are not followed: the request holds the API key. */
async function post(
  operator: Operator,
  path: string,
  body: string,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(operator.baseUrl + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${operator.apiKey}`, 'Content-Type': 'text/plain' },
      body,
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(1500),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    throw new OperatorFault(error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'network')
  }
}

/** Decrypts `IV 12 │ ciphertext │ tag 16`, in base64. */
async function open(secret: string, text: string): Promise<Uint8Array> {
  try {
    const bytes = fromBase64(text)
    const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, 12) }
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, await importKey(secret), bytes.subarray(12)))
  } catch {
    throw new OperatorFault('undecryptable')
  }
}

function readAnswer(bytes: Uint8Array): Answer {
  let answer: { status?: unknown; body?: unknown } | null
  try {
    answer = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Without the cause: it quotes the text, which holds tokens.
    throw new OperatorFault('bad_reply')
  }
  const status = answer?.status
  if (status === 'optout' || status === 'insufficient_user_consent') return { status }
  if (status === 'success' && isIdentity(answer?.body)) return { status, identity: answer.body }
  throw new OperatorFault('bad_reply')
}

function isIdentity(value: unknown): value is Identity {
  const of = (value ?? {}) as Partial<Identity>
  const texts = [of.advertising_token, of.refresh_token, of.refresh_response_key]
  const times = [of.identity_expires, of.refresh_from, of.refresh_expires]
  return texts.every((it) => typeof it === 'string' && it !== '') && times.every(Number.isSafeInteger)
}

const importKey = (base64: string) =>
  crypto.subtle.importKey('raw', fromBase64(base64), 'AES-GCM', false, ['encrypt', 'decrypt'])
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
