import { expect, it } from 'vitest'
import type * as uid2 from '#lib/uid2/index.ts'
import { exportsOf } from './exports.ts'

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : ['these types differ']

/** Compiles only if the two types are the same, including each `?` and `readonly`. */
const same = <A, B>(..._: Same<A, B>) => true

/** What others may rely on in lib/uid2: changing an entry may break them. */
const values = {
  createUid2Client: same<
    typeof uid2.createUid2Client,
    (options: uid2.Uid2ClientOptions) => uid2.Uid2Client
  >(),
  createUid2Requests: same<
    typeof uid2.createUid2Requests,
    (options: uid2.Uid2RequestOptions) => uid2.Uid2Requests
  >(),
  describeApiKey: same<typeof uid2.describeApiKey, (apiKey: string) => uid2.ApiKeyDescription | undefined>(),
  explainUnauthorized: same<
    typeof uid2.explainUnauthorized,
    (
      client: Pick<uid2.Uid2Client, 'refreshToken'>,
      options?: uid2.CallOptions,
    ) => Promise<'wrong_key' | 'missing_role' | undefined>
  >(),
  hasExpired: same<typeof uid2.hasExpired, (identity: uid2.Identity, now: number) => boolean>(),
  hashEmail: same<typeof uid2.hashEmail, (email: string) => Promise<string>>(),
  hashPhone: same<typeof uid2.hashPhone, (phone: string) => Promise<string>>(),
  isDueForRefresh: same<typeof uid2.isDueForRefresh, (identity: uid2.Identity, now: number) => boolean>(),
  isRefreshable: same<typeof uid2.isRefreshable, (identity: uid2.Identity, now: number) => boolean>(),
  normalizeEmail: same<typeof uid2.normalizeEmail, (email: string) => string>(),
  normalizePhone: same<typeof uid2.normalizePhone, (phone: string) => string>(),
  parseIdentity: same<typeof uid2.parseIdentity, (value: unknown) => uid2.Identity>(),
  Uid2Error: same<
    Omit<uid2.Uid2Error, keyof Error>,
    {
      readonly code: uid2.Uid2ErrorCode
      readonly transient: boolean
      readonly reason?: uid2.Uid2ErrorReason
      readonly httpStatus?: number
      readonly operatorStatus?: string
      readonly operatorMessage?: string
      readonly clockSkewMs?: number
      readonly retryAfterMs?: number
    }
  >(),
}

const types = {
  ApiKeyDescription: same<
    uid2.ApiKeyDescription,
    {
      readonly product: 'uid2' | 'euid'
      readonly role: 'client' | 'operator'
      readonly environment: 'local' | 'test' | 'integ' | 'prod'
      readonly siteId: number
    }
  >(),
  CallOptions: same<uid2.CallOptions, { signal?: AbortSignal; timeoutMs?: number; fetch?: typeof fetch }>(),
  DiiInput: same<
    uid2.DiiInput,
    { email: string } | { phone: string } | { emailHash: string } | { phoneHash: string }
  >(),
  GenerateOutcome: same<
    uid2.GenerateOutcome,
    | ({ status: 'success' } & uid2.IssuedIdentity)
    | { status: 'optout' }
    | { status: 'insufficient_user_consent' }
  >(),
  HttpReply: same<
    uid2.HttpReply,
    {
      readonly status: number
      readonly body: string | Uint8Array
      readonly headers?: { get(name: string): string | null }
    }
  >(),
  Identity: same<
    uid2.Identity,
    {
      readonly advertising_token: string
      readonly refresh_token: string
      readonly identity_expires: number
      readonly refresh_from: number
      readonly refresh_expires: number
      readonly refresh_response_key: string
    }
  >(),
  IssuedIdentity: same<
    uid2.IssuedIdentity,
    { readonly identity: uid2.Identity; readonly identityJson: string }
  >(),
  PreparedRequest: same<
    uid2.PreparedRequest<boolean>,
    {
      readonly url: string
      readonly method: 'POST'
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | Uint8Array<ArrayBuffer>
      read(reply: uid2.HttpReply): Promise<boolean>
    }
  >(),
  RefreshOutcome: same<
    uid2.RefreshOutcome,
    | ({ status: 'success' } & uid2.IssuedIdentity)
    | { status: 'optout' }
    | { status: 'expired_token' }
    | { status: 'invalid_token' }
  >(),
  Uid2Client: same<
    uid2.Uid2Client,
    {
      generateToken(
        input: uid2.DiiInput,
        options?: uid2.CallOptions & { tcfConsentString?: string },
      ): Promise<uid2.GenerateOutcome>
      refreshToken(identity: uid2.Identity, options?: uid2.CallOptions): Promise<uid2.RefreshOutcome>
      validateToken(
        advertisingToken: string,
        input: uid2.DiiInput,
        options?: uid2.CallOptions,
      ): Promise<boolean>
    }
  >(),
  Uid2ClientOptions: same<
    Omit<uid2.Uid2ClientOptions, keyof uid2.Uid2RequestOptions>,
    { timeoutMs?: number; retries?: number; fetch?: typeof fetch }
  >(),
  Uid2ErrorCode: same<
    uid2.Uid2ErrorCode,
    | 'timeout'
    | 'aborted'
    | 'network'
    | 'rate_limited'
    | 'server_error'
    | 'bad_response'
    | 'undecryptable'
    | 'nonce_mismatch'
    | 'response_too_large'
    | 'redirected'
    | 'unauthorized'
    | 'clock_skew'
    | 'client_error'
    | 'wrong_product'
    | 'unexpected_status'
  >(),
  Uid2ErrorReason: same<
    uid2.Uid2ErrorReason,
    'wrong_key' | 'missing_role' | 'wrong_secret' | 'clock_skew' | 'wrong_product'
  >(),
  Uid2RequestOptions: same<
    uid2.Uid2RequestOptions,
    {
      baseUrl: string
      apiKey: string
      clientSecret: string
      product?: 'uid2' | 'euid'
      sendRaw?: boolean
      wire?: uid2.Wire
      now?: () => number
      randomBytes?: (length: number) => Uint8Array
      onClockSkew?: (clockSkewMs: number) => void
    }
  >(),
  Uid2Requests: same<
    uid2.Uid2Requests,
    {
      generateToken(
        input: uid2.DiiInput,
        options?: { tcfConsentString?: string },
      ): Promise<uid2.PreparedRequest<uid2.GenerateOutcome>>
      refreshToken(identity: uid2.Identity): Promise<uid2.PreparedRequest<uid2.RefreshOutcome>>
      validateToken(advertisingToken: string, input: uid2.DiiInput): Promise<uid2.PreparedRequest<boolean>>
    }
  >(),
  Wire: same<uid2.Wire, 'base64' | 'binary'>(),
}

it.each([
  ['values', false, values],
  ['types', true, types],
])('lib/uid2 exports exactly these %s', (_, wanted, expected) => {
  const exported = exportsOf('lib/uid2/index.ts').filter(({ isType }) => isType === wanted)
  expect(exported.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort())
})

it('types that differ only in an optional or read-only field, or by any, are distinguished', () => {
  // @ts-expect-error an optional field is another field
  same<{ a: string }, { a?: string }>()
  // @ts-expect-error so is one that may be undefined
  same<{ a?: string }, { a?: string | undefined }>()
  // @ts-expect-error so is one that may not be written
  same<{ a: string }, { readonly a: string }>()
  // @ts-expect-error `any` is no other type
  // biome-ignore lint/suspicious/noExplicitAny: the very thing to tell apart.
  same<(a: string) => string, (a: any) => string>()
})
