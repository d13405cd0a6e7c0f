import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { env } from '../env/server'
import { noStoreHeaders } from '../identity/cookie'
import { readUpTo } from '../shared/read-capped'
import { isSameOrigin } from './same-origin'

type FormType = 'application/x-www-form-urlencoded' | 'multipart/form-data'

/** Why a form was not taken, before or after it was tried. */
export interface FormError {
  status: number
  error: string
  /** For the reader; nothing of the request may be in it. */
  message: string
  /** What was read of it, which may hold a denial all the same. Empty from elsewhere, or of another media type. */
  text?: string
}

/**
 * Reads a form that a page of ours sent, with script or without. Of a field that is there twice the last value
 * counts; files are left out.
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
  if (!whole)
    return { status: 413, error: 'too_large', message: 'This is more than this form can hold.', text }
  const type = request.headers.get('content-type') ?? ''
  if (!types.includes(type.split(';')[0]?.trim().toLowerCase() as FormType))
    return { status: 415, error: 'media_type', message: `Send ${types.join(' or ')}.` }
  try {
    const form = await new Response(bytes as BodyInit, { headers: { 'content-type': type } }).formData()
    const texts = [...form].filter(([, value]) => typeof value === 'string') as [string, string][]
    return { fields: Object.fromEntries(texts), text }
  } catch {
    return { status: 400, error: 'bad_form', message: 'This form could not be read.', text }
  }
}

/** A browser that sends a form by itself says that it takes HTML; script and other callers do not. */
export const wantsHtml = ({ headers }: NextRequest): boolean =>
  headers.get('accept')?.includes('text/html') === true

/** Where to go after a form: a browser is led there, script and other callers are told. */
export const redirectTo = (request: NextRequest, url: string): NextResponse =>
  wantsHtml(request)
    ? new NextResponse(null, { status: 303, headers: { ...noStoreHeaders, Location: url } })
    : NextResponse.json({ url }, { headers: noStoreHeaders })
