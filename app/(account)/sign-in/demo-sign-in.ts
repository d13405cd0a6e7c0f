/** Talks to next-auth's demo provider: a CSRF token first, then the address or number. */

export type DemoSignInResult =
  | { ok: true }
  | { ok: false; problem: 'bad_email' | 'looks_hashed' | 'bad_phone' | 'empty' | 'network' | 'other' }

const fieldProblems = ['bad_email', 'looks_hashed', 'bad_phone', 'empty'] as const

export async function demoSignIn(kind: 'email' | 'phone', value: string): Promise<DemoSignInResult> {
  try {
    const csrfToken = await fetchCsrfToken()
    if (csrfToken === null) return { ok: false, problem: 'other' }
    const response = await fetch('/api/auth/callback/demo', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken, [kind]: value, json: 'true' }),
    })
    const code = errorCode(await readUrl(response))
    if (response.ok && code === null) return { ok: true }
    return { ok: false, problem: fieldProblems.find((known) => known === code) ?? 'other' }
  } catch {
    return { ok: false, problem: 'network' }
  }
}

async function fetchCsrfToken(): Promise<string | null> {
  const response = await fetch('/api/auth/csrf')
  if (!response.ok) return null
  const body: unknown = await response.json()
  return isRecord(body) && typeof body.csrfToken === 'string' ? body.csrfToken : null
}

/** next-auth names the page to go to next; we only read the error code out of it and never follow it. */
async function readUrl(response: Response): Promise<string | null> {
  const body: unknown = await response.json().catch(() => null)
  return isRecord(body) && typeof body.url === 'string' ? body.url : null
}

function errorCode(url: string | null): string | null {
  return url === null || !URL.canParse(url, location.origin)
    ? null
    : new URL(url, location.origin).searchParams.get('error')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
