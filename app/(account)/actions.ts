'use server'

// Each takes its form, needed or not: what script sends for an action without one is no form, and is refused.

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { consentWording } from '#lib/choices/wording.ts'
import { env } from '#lib/env/server.ts'
import { choose, forgetReader } from '#lib/identity/choose.ts'
import { isSameOrigin } from '#lib/identity/same-origin.ts'
import { signOutOf } from '#lib/identity/sign-out.ts'
import { signalsInForm } from '#lib/identity/signals.ts'
import { writeIdentity } from '#lib/identity/write.ts'
import { localPath } from '#lib/shared/local-path.ts'

/** The choice form: records yes or no and acts on it. Works without script. */
export async function chooseAdvertising(form: FormData): Promise<void> {
  const advertising = form.get('advertising')
  const asking = { cookies: await cookies(), headers: await headers() }
  if (!isSameOrigin(asking.headers)) redirect('/choice')
  if (advertising !== 'granted' && advertising !== 'denied') redirect('/choice')
  const { version, text } = consentWording(env().product)
  const signals = signalsInForm(form.get('signals'))
  const chosen = await choose(asking, { advertising, version, wording: text, source: 'page', signals })
  if (chosen.status === 'signed_out') redirect('/sign-in?next=/choice')
  if (chosen.status === 'invalid') redirect('/choice?failed=1')
  if (!chosen.advanced) redirect('/choice?wait=1')
  await writeIdentity(asking.cookies, chosen.advanced.cookie)
  const { decision } = chosen.advanced
  if (decision.status === 'unavailable' && decision.reason === 'store') redirect('/choice?failed=1')
  redirect(localPath(form.get('next')) ?? '/choice')
}

/** Erases the reader's records, but for the marks of opt-outs. Without a yes there is no identity either. */
export async function deleteRecords(_form: FormData): Promise<void> {
  const asking = { cookies: await cookies(), headers: await headers() }
  if (!isSameOrigin(asking.headers)) redirect('/privacy')
  const outcome = await forgetReader(asking)
  if (outcome === 'signed_out') redirect('/sign-in?next=/privacy')
  if (outcome === 'done') await writeIdentity(asking.cookies, 'clear')
  redirect(`/privacy?deleted=${outcome}`)
}

export async function signOut(_form: FormData): Promise<void> {
  if (!isSameOrigin(await headers())) redirect('/privacy')
  await signOutOf(await cookies(), await headers())
  redirect('/')
}
