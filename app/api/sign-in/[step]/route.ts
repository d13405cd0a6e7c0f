import type { NextRequest } from 'next/server'
import { handleSignIn } from '#lib/site/sign-in-route.ts'

interface Context {
  params: Promise<{ step: string }>
}

/** The steps of a sign-in: `provider`, `ask`, `finish`, `demo`. */
export async function POST(request: NextRequest, { params }: Context) {
  return handleSignIn(request, (await params).step)
}
