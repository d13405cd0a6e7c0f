import 'server-only'
import { cookies } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { consentWording } from '../consent/wording'
import { env } from '../env/server'
import { plainPage } from '../http/plain-page'
import { type FormError, readForm, redirectTo, wantsHtml } from '../http/read-form'
import { noStoreHeaders } from '../identity/cookie'
import { parseFormSignals } from '../policies/signals'
import { localPath } from '../shared/local-path'
import { applyChoice, eraseReaderRecords } from './apply-choice'
import { containsDenial, recordDenialIn } from './denial-in-body'
import { identity } from './identity'
import { notRecordedMessage, signOut } from './sign-out'

/** Bytes: as many consent strings as the API takes. */
const bodyLimit = 128 * 1024

/** Does what the form says, cookies included, and answers where to go, or why it was not done. */
type AccountForm = (fields: Record<string, string>, request: NextRequest) => Promise<string | FormError>

const accountForms: Record<string, AccountForm> = {
  choice: chooseAdvertising,
  'delete-records': deleteRecords,
  'sign-out': signOutReader,
}

/**
 * One form of the account pages. Its address and fields are the same in every build, so a page that was
 * rendered before a deploy, or by another instance, can still send it, with script or without.
 */
export async function handleAccountForm(request: NextRequest, name: string): Promise<Response> {
  const form = Object.hasOwn(accountForms, name) ? accountForms[name] : undefined
  if (!form) return refuse(request, { status: 404, error: 'not_found', message: 'There is no such form.' })
  const read = await readForm(
    request,
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    bodyLimit,
  )
  if ('status' in read) {
    if (name === 'choice')
      await identity().cookie.write(await cookies(), await recordDenialIn(request, read.text ?? '', 'page'))
    return refuse(request, read)
  }
  const fields = containsDenial(read.text) ? { ...read.fields, advertising: 'denied' } : read.fields
  const outcome = await form(fields, request)
  return typeof outcome === 'string' ? redirectTo(request, outcome) : refuse(request, outcome)
}

/** Records consent or denial and acts on it. */
async function chooseAdvertising(
  { advertising, signals: field, next }: Record<string, string>,
  request: NextRequest,
): Promise<string | FormError> {
  if (advertising !== 'granted' && advertising !== 'denied')
    return { status: 422, error: 'invalid', message: 'The form came without an answer: please try again.' }
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

/** Erases the reader's records, but for the marks of opt-outs. Without consent there is no identity either. */
async function deleteRecords(_: Record<string, string>, request: NextRequest): Promise<string> {
  const outcome = await eraseReaderRecords(request)
  if (outcome === 'signed_out') return '/sign-in?next=/privacy'
  if (outcome === 'done') await identity().cookie.write(await cookies(), 'clear')
  return `/privacy?deleted=${outcome}`
}

async function signOutReader(_: Record<string, string>, request: NextRequest): Promise<string | FormError> {
  const { status } = await signOut(await cookies(), request.headers)
  // One sign-out too many is of a session that was signed out of before.
  return status === 'not_recorded' ? { status: 503, error: 'not_recorded', message: notRecordedMessage } : '/'
}

function refuse(request: NextRequest, { status, error, message }: FormError): Response {
  if (!wantsHtml(request)) return NextResponse.json({ error, message }, { status, headers: noStoreHeaders })
  const link = { href: '/privacy', label: 'Your privacy choices' }
  return plainPage({ status, title: 'That was not done', text: message, link })
}
