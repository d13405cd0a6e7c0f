import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { env } from '../env/env'
import { noStoreHeaders } from '../identity/cookie'
import { readUpTo } from '../shared/read-capped'
import { isSameOrigin } from './same-origin'

type FormType = 'application/x-www-form-urlencoded' | 'multipart/form-data'

/** Why a form was not accepted, before or after it was processed. */
export interface FormError {
  status: number
  error: string
  /** Shown to the reader. It must not contain anything from the request. */
  message: string
  /** The text that was read, which may contain a denial. Empty for another origin. */
  text?: string
}

/**
 * Reads a form sent by one of our pages, with or without script. When a field is there twice, the last value
 * counts. Files are ignored.
 */
export async function readForm(
  request: NextRequest,
  types: FormType[],
  limit: number,
): Promise<{ fields: Record<string, string>; text: string } | FormError> {
  if (!isSameOrigin(request.headers))
    return { status: 403, error: 'cross_site', message: `Send this form from ${env().origin} itself.` }
  const { bytes, whole } = await readUpTo(request, limit)
  const text = new TextDecoder().decode(bytes)
  if (!whole) return { status: 413, error: 'too_large', message: 'This form is too large.', text }
  const type = request.headers.get('content-type') ?? ''
  if (!types.includes(type.split(';')[0]?.trim().toLowerCase() as FormType))
    return { status: 415, error: 'media_type', message: `Send ${types.join(' or ')}.`, text }
  try {
    const form = await new Response(bytes as BodyInit, { headers: { 'content-type': type } }).formData()
    const texts = [...form].filter(([, value]) => typeof value === 'string') as [string, string][]
    return { fields: Object.fromEntries(texts), text }
  } catch {
    return { status: 400, error: 'bad_form', message: 'This form could not be read.', text }
  }
}

/** A browser that submits a form accepts HTML. Script and other callers do not ask for it. */
export const wantsHtml = ({ headers }: NextRequest): boolean =>
  headers.get('accept')?.includes('text/html') === true

/** Sends a browser on to `url`. Script and other callers get the URL as JSON. */
export const redirectTo = (request: NextRequest, url: string): NextResponse =>
  wantsHtml(request)
    ? new NextResponse(null, { status: 303, headers: { ...noStoreHeaders, Location: url } })
    : NextResponse.json({ url }, { headers: noStoreHeaders })
