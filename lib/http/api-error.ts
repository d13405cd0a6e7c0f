import 'server-only'
import { NextResponse } from 'next/server'
import { noStoreHeaders } from '../identity/cookie'

export type ApiError =
  | 'bad_json'
  | 'signed_out'
  | 'cross_site'
  | 'too_large'
  | 'media_type'
  | 'invalid'
  | 'rate_limited'
  | 'not_recorded'
  | 'not_found'

const status: Record<ApiError, number> = {
  bad_json: 400,
  signed_out: 401,
  cross_site: 403,
  not_found: 404,
  too_large: 413,
  media_type: 415,
  invalid: 422,
  rate_limited: 429,
  not_recorded: 503,
}

/** An error response of the API. The message must not contain anything from the request. */
export const apiError = (error: ApiError, message: string, headers: Record<string, string> = {}) =>
  NextResponse.json({ error, message }, { status: status[error], headers: { ...noStoreHeaders, ...headers } })

export const tooManyRequests = (seconds: number) =>
  apiError('rate_limited', `Too many requests: try again in ${seconds} s.`, {
    'Retry-After': String(seconds),
  })
