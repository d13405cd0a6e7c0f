import { cookies } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { apiError } from '#lib/http/api-error.ts'
import { isSameOrigin } from '#lib/http/same-origin.ts'
import { noStoreHeaders } from '#lib/identity/cookie.ts'
import { signOut, signOutError } from '#lib/site/sign-out.ts'

export async function POST(request: NextRequest) {
  if (!isSameOrigin(request.headers)) return apiError('cross_site', 'Sign out from this site itself.')
  const outcome = await signOut(await cookies(), request.headers)
  if (outcome.status !== 'recorded') return signOutError(outcome)
  return new NextResponse(null, { status: 204, headers: noStoreHeaders })
}
