import { cookies } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { refusal, refuseSignOut } from '#lib/identity/api.ts'
import { isSameOrigin } from '#lib/identity/same-origin.ts'
import { signOutOf } from '#lib/identity/sign-out.ts'
import { privateHeaders } from '#lib/identity/write.ts'

export async function POST(request: NextRequest) {
  if (!isSameOrigin(request.headers)) return refusal('cross_site', 'Sign out from this site itself.')
  const outcome = await signOutOf(await cookies(), request.headers)
  if (outcome.status !== 'recorded') return refuseSignOut(outcome)
  return new NextResponse(null, { status: 204, headers: privateHeaders })
}
