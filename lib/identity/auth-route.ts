import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { nextAuthHandler } from '../auth/next-auth.ts'
import { knownReader } from './reader.ts'
import { endSession } from './sign-out.ts'
import { privateHeaders, writeIdentity } from './write.ts'

interface Context {
  params: Promise<{ nextauth: string[] }>
}

/**
 * next-auth, with what it leaves open closed: its answers are never cached; `session` neither re-sets a
 * cookie (it would revive a session that is being signed out of) nor knows a session that was ended; and
 * its own sign-out ends the session in the store as ours does.
 */
export async function answerAuth(request: NextRequest, context: Context): Promise<Response> {
  const [action] = (await context.params).nextauth
  const signsOut = action === 'signout' && request.method === 'POST'
  if (action === 'session' && !(await knownReader(request.cookies))) return emptySession()
  const answer = await nextAuthHandler(request, context)
  const response = new NextResponse(answer.body, { status: answer.status, headers: answer.headers })
  for (const [header, text] of Object.entries(privateHeaders)) response.headers.set(header, text)
  if (action === 'session') response.headers.delete('set-cookie')
  if (signsOut && clearsSession(answer)) {
    await endSession(request.cookies)
    await writeIdentity(response.cookies, 'clear')
  }
  return response
}

const emptySession = () => NextResponse.json({}, { headers: privateHeaders })

/** next-auth clears the session only when its CSRF token was right. */
const clearsSession = (answer: Response): boolean =>
  answer.headers.getSetCookie().some((cookie) => /next-auth\.session-token(\.\d+)?=;/.test(cookie))
