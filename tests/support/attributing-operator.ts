import { openRequest } from '#lib/sandbox/operator/envelope.ts'
import { readIdentity } from '#lib/sandbox/operator/identity-input.ts'
import { normaliseEmail, sha256 } from '#lib/sandbox/operator/normalise.ts'
import { createOperator } from '#lib/sandbox/operator/operator.ts'
import { firstLevelHash } from '#lib/sandbox/operator/raw-uid.ts'
import { decodeInner, openRefreshToken } from '#lib/sandbox/operator/refresh-token.ts'
import type { OperatorRequest } from '#lib/sandbox/operator/types.ts'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { type TestOperator, testOperator } from './operator.ts'

/** A sandbox operator that opts people out one by one, and counts generates by person. */
export interface AttributingOperator extends TestOperator {
  /** Opts the address out, or in again. */
  optOut(email: string, is: boolean): void
  /** The number of generates for this address. */
  generates(email: string): number
}

const secret = Buffer.from(sandboxPublisher.clientSecret, 'base64')
const hashOf = (email: string) => firstLevelHash(sha256(normaliseEmail(email) ?? '')).toString('hex')

/** The person of a call, read as the operator reads it. */
function personIn(request: OperatorRequest): string | undefined {
  if (request.path === '/v2/token/generate') {
    const opened = openRequest(request, secret, 'uid2', Date.now())
    const read = opened.ok ? readIdentity(opened.request.payload) : undefined
    return read?.ok ? read.identity.flh.toString('hex') : undefined
  }
  if (request.path !== '/v2/token/refresh') return undefined
  const opened = openRefreshToken(Buffer.from(request.body).toString('utf8'))
  const claims = opened.ok ? decodeInner(opened.inner, 'uid2') : null
  return claims ? Buffer.from(claims.flh).toString('hex') : undefined
}

export async function attributingOperator(): Promise<AttributingOperator> {
  const running = await testOperator()
  // All sandbox operators have the same keys: this one answers for people who opted out.
  const refusing = createOperator()
  const faults = ['generate', 'refresh'].map((on) => ({ on, kind: 'optout' }))
  const body = Buffer.from(JSON.stringify({ faults }))
  await refusing.handle({ method: 'POST', path: '/faults', headers: {}, body })
  const out = new Set<string>()
  const generates = new Map<string, number>()
  const { handle } = running.operator
  running.operator.handle = (request, gone) => {
    const person = personIn(request)
    if (person !== undefined && request.path.endsWith('generate'))
      generates.set(person, (generates.get(person) ?? 0) + 1)
    return person !== undefined && out.has(person) ? refusing.handle(request, gone) : handle(request, gone)
  }
  return {
    ...running,
    optOut(email, is) {
      if (is) out.add(hashOf(email))
      else out.delete(hashOf(email))
    },
    generates: (email) => generates.get(hashOf(email)) ?? 0,
  }
}
