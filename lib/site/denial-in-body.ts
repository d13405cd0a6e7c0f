import 'server-only'
import type { NextRequest, NextResponse } from 'next/server'
import type { InvalidBody } from '../http/read-body'
import type { ConsentSignals } from '../identity/public-identity'
import type { RequestLike } from '../identity/types'
import { parseSignals } from '../policies/signals'
import { applyChoice, recordSignals } from './apply-choice'
import { identity } from './identity'

/**
 * Whether the text of a JSON body or form contains a denial, also when it is cut off or otherwise invalid.
 * Pure.
 */
export const containsDenial = (text: string): boolean =>
  denials.some((denial) => denial.test(text)) || jsonObject(text)?.advertising === 'denied'

const denials = [
  /"advertising"\s*:\s*"denied"/,
  /(?:^|&)advertising=denied(?:[&\r\n]|$)/,
  // At most nine header lines: without a bound, a body full of such names would take time in its square.
  /name="?advertising"?[^\r\n]{0,200}(?:\r?\n[^\r\n]+){0,9}\r?\n\r?\ndenied(?:\r?\n|$)/,
]

/** The consent signals in such a text, or undefined. Pure. */
export function findSignals(text: string): ConsentSignals | undefined {
  const { signals } = jsonObject(text) ?? {}
  if (signals !== undefined) return parseSignals(signals)
  return signalsBegin.some((begin) => begin.test(text)) ? { unreadable: true } : undefined
}

const signalsBegin = [
  /"signals"\s*:/,
  /(?:^|&)signals=[^&]/,
  /name="?signals"?[^\r\n]{0,200}(?:\r?\n[^\r\n]+){0,9}\r?\n\r?\n[^\r\n]/,
]

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** For the APIs: the error response for a rejected body, after recording a denial in it. */
export async function respondToInvalidBody(
  request: NextRequest,
  { refused, text }: InvalidBody,
): Promise<NextResponse> {
  const cookie = await recordDenialIn(request, text, 'api')
  await identity().cookie.write(refused.cookies, cookie)
  return refused
}

/**
 * Records a denial, or a withdrawal by signals, in a body that was rejected for another reason. Returns what
 * happens to the identity cookie.
 */
export async function recordDenialIn(
  request: RequestLike,
  text: string,
  source: 'page' | 'api',
): Promise<'keep' | 'clear'> {
  const signals = findSignals(text)
  if (containsDenial(text)) {
    await applyChoice(request, { advertising: 'denied', version: 'own', wording: '', source, signals })
    return 'clear'
  }
  if (signals) await recordSignals(request, signals, { rateLimited: true })
  return 'keep'
}
