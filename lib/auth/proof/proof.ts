import 'server-only'
import { env } from '../../env/env'
import type { Dii, RequestLike } from '../../identity/types'
import { errorCode } from '../../observe/error-code'
import { logEvent } from '../../observe/log'
import { withTimeout } from '../../shared/with-timeout'
import { sendMail } from './mail'
import { codeMessage, linkMail, type Message } from './messages'
import { addToOutbox } from './outbox'
import { proofSeconds, readPendingProof, sealPendingProof } from './pending-proof'
import { checkSecret, createSecret } from './secrets'
import { textMessages } from './text-messages'

/**
 * Sign-in by proof, the same for mail and phone: a single-use secret is sent to the address or number, which
 * is kept in a sealed cookie of the browser that asked. Only that browser can use the secret, so a link that
 * is forwarded, leaked or opened by a scanner signs no one in.
 */

/** What this site can send to, and whether it sends: in the sandbox messages go to the outbox. */
export function proofKinds(): Record<Dii['kind'], false | 'sent' | 'outbox'> {
  const { mode, publicSandbox, signIn } = env()
  if (publicSandbox) return { email: false, phone: false }
  const otherwise = mode === 'sandbox' ? 'outbox' : false
  return {
    email: signIn.mail === null ? otherwise : 'sent',
    phone: textMessages === null ? otherwise : 'sent',
  }
}

/** An address that mail can be sent to unchanged: no quoting, no letters that look like others. */
export const isReachable = ({ kind, value }: Dii): boolean =>
  kind === 'phone' || /^[!#-'*+\-./0-9=?@A-Z^-~]+$/.test(value)

/** Sends a secret. Returns the sealed cookie for it, or null when it could not be sent. */
export async function sendProof(dii: Dii, next: string): Promise<string | null> {
  try {
    const { id, secret } = await createSecret(dii.kind, Date.now() + proofSeconds * 1000)
    const write = dii.kind === 'email' ? linkMail : codeMessage
    const delivery = deliver(id, dii.kind, write(dii.value, env().origin, secret))
    const sent = await withTimeout(
      delivery.then(() => true),
      timeoutMs,
      () => false,
    )
    if (sent) return await sealPendingProof({ id, dii, next })
    logEvent('error', 'proof_not_sent', { code: 'late' })
  } catch (error) {
    logEvent('error', 'proof_not_sent', { code: errorCode(error) })
  }
  return null
}

/**
 * A total limit, because a mail server that keeps sending something never runs into `mail.ts`'s time-outs.
 */
const timeoutMs = 10_000

async function deliver(id: string, kind: Dii['kind'], message: Message): Promise<void> {
  const { mode, signIn } = env()
  if (mode === 'sandbox') addToOutbox(id, message)
  if (kind === 'email' && signIn.mail !== null) return sendMail(message)
  if (kind === 'phone' && textMessages !== null) return textMessages.send(message)
}

/** Why a secret proves nothing. The pages have a message for each. */
export type ProofFault = 'no_request' | 'wrong_secret' | 'over' | 'store_down'

/** The DII that a browser proved by returning its secret. */
export async function checkProof(cookies: RequestLike['cookies'], secret: string): Promise<Dii | ProofFault> {
  const pending = await readPendingProof(cookies)
  if (!pending) return 'no_request'
  try {
    const attempt = await checkSecret(pending.id, secret)
    if (attempt === 'right') return pending.dii
    return attempt === 'wrong' ? 'wrong_secret' : 'over'
  } catch {
    return 'store_down'
  }
}
