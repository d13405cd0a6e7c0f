'use server'

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { consentWording } from '#lib/choices/wording.ts'
import { choose } from '#lib/identity/choose.ts'
import { isSameOrigin } from '#lib/identity/same-origin.ts'
import { signOutOf } from '#lib/identity/sign-out.ts'
import { writeIdentity } from '#lib/identity/write.ts'
import { localPath } from '#lib/shared/local-path.ts'

/** The choice form: records yes or no and acts on it. Works without script. */
export async function chooseAdvertising(form: FormData): Promise<void> {
  const advertising = form.get('advertising')
  const asking = { cookies: await cookies(), headers: await headers() }
  if (!isSameOrigin(asking.headers)) redirect('/choice')
  if (advertising !== 'granted' && advertising !== 'denied') redirect('/choice')
  const chosen = await choose(asking, {
    advertising,
    version: consentWording.version,
    wording: consentWording.text,
    source: 'page',
  })
  if (chosen.status === 'signed_out') redirect('/sign-in?next=/choice')
  if (!chosen.advanced) redirect('/choice?wait=1')
  await writeIdentity(asking.cookies, chosen.advanced.cookie)
  const { decision } = chosen.advanced
  if (decision.status === 'unavailable' && decision.reason === 'store') redirect('/choice?failed=1')
  redirect(localPath(form.get('next')) ?? '/choice')
}

export async function signOut(): Promise<void> {
  if (!isSameOrigin(await headers())) redirect('/privacy')
  await signOutOf(await cookies())
  redirect('/')
}
