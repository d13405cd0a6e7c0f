import 'server-only'
import { cookies } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { consentWording } from '../consent/wording'
import { env } from '../env/env'
import { plainPage } from '../http/plain-page'
import { type FormError, readForm, redirectTo, wantsHtml } from '../http/read-form'
import { noStoreHeaders } from '../identity/cookie'
import { parseFormSignals } from '../policies/signals'
import { localPath } from '../shared/local-path'
import { applyChoice, eraseReaderRecords } from './apply-choice'
import { containsDenial, recordDenialIn } from './denial-in-body'
import { identity } from './identity'
import { notRecordedMessage, signOut } from './sign-out'

/** The same limit as the API's, in bytes. */
const bodyLimit = 128 * 1024

/** Does what the form asks, including cookies. Returns where to go, or an error. */
type AccountForm = (fields: Record<string, string>, request: NextRequest) => Promise<string | FormError>

const accountForms: Record<string, AccountForm> = {
  choice: chooseAdvertising,
  'delete-records': deleteRecords,
  'sign-out': signOutReader,
}

/**
 * Handles one form of the account pages. Its URL and fields are the same in every build, so a page rendered
 * before a deploy, or by another instance, can still send it, with script or without.
 */
export async function handleAccountForm(request: NextRequest, name: string): Promise<Response> {
  const form = Object.hasOwn(accountForms, name) ? accountForms[name] : undefined
  if (!form)
    return respondWithError(request, { status: 404, error: 'not_found', message: 'There is no such form.' })
  const read = await readForm(
    request,
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    bodyLimit,
  )
  if ('status' in read) {
    if (name === 'choice')
      await identity().cookie.write(await cookies(), await recordDenialIn(request, read.text ?? '', 'page'))
    return respondWithError(request, read)
  }
  const fields = containsDenial(read.text) ? { ...read.fields, advertising: 'denied' } : read.fields
  const outcome = await form(fields, request)
  return typeof outcome === 'string' ? redirectTo(request, outcome) : respondWithError(request, outcome)
}

/** Records consent or denial and applies it. */
async function chooseAdvertising(
  { advertising, signals: field, next }: Record<string, string>,
  request: NextRequest,
): Promise<string | FormError> {
  if (advertising !== 'granted' && advertising !== 'denied')
    return { status: 422, error: 'invalid', message: 'The form has no answer. Please try again.' }
  const { version, text } = consentWording(env().product)
  const signals = parseFormSignals(field)
  const chosen = await applyChoice(request, { advertising, version, wording: text, source: 'page', signals })
  if (chosen.status === 'signed_out') return '/sign-in?next=/choice'
  if (chosen.status === 'rejected') return '/choice?failed=1'
  if (!chosen.update) return '/choice?wait=1'
  await identity().cookie.write(await cookies(), chosen.update.cookie)
  const { identity: result } = chosen.update
  if (result.status === 'unavailable' && result.reason === 'store') return '/choice?failed=1'
  return localPath(next) ?? '/choice'
}

/** Erases the reader's records, except opt-outs. Without consent the identity is cleared too. */
async function deleteRecords(_: Record<string, string>, request: NextRequest): Promise<string> {
  const outcome = await eraseReaderRecords(request)
  if (outcome === 'signed_out') return '/sign-in?next=/privacy'
  if (outcome === 'done') await identity().cookie.write(await cookies(), 'clear')
  return `/privacy?deleted=${outcome}`
}

async function signOutReader(_: Record<string, string>, request: NextRequest): Promise<string | FormError> {
  const { status } = await signOut(await cookies(), request.headers)
  // A rate-limited sign-out is of a session that was signed out of before.
  return status === 'not_recorded' ? { status: 503, error: 'not_recorded', message: notRecordedMessage } : '/'
}

function respondWithError(request: NextRequest, { status, error, message }: FormError): Response {
  if (!wantsHtml(request)) return NextResponse.json({ error, message }, { status, headers: noStoreHeaders })
  const link = { href: '/privacy', label: 'Your privacy choices' }
  return plainPage({ status, title: 'That did not work', text: message, link })
}
