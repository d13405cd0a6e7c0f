import 'server-only'
import { env } from '../../env/server'
import type { Dii } from '../../identity/types'
import { errorCode } from '../../observe/error-code'
import { logEvent } from '../../observe/log'
import type { CookieReader } from '../../shared/cookie-reader'
import { withTimeout } from '../../shared/with-timeout'
import { sendMail } from './mail'
import { codeMessage, linkMail, type Message } from './messages'
import { addToOutbox } from './outbox'
import { proofSeconds, readPendingProof, sealPendingProof } from './pending-proof'
import { checkSecret, createSecret } from './secrets'
import { textMessages } from './text-messages'

/**
 * Sign-in by proof, one mechanism for mail and phone: a single-use secret goes to the address or number,
 * which itself waits in a sealed cookie of the browser that asked. Only that browser can use the secret,
 * so a link that is forwarded, leaked or opened by a scanner signs nobody in.
 */

/** What this site can send to, and whether it really does: the sandbox keeps what nobody delivers. */
export function proofKinds(): Record<Dii['kind'], false | 'sent' | 'outbox'> {
  const { mode, publicSandbox, signIn } = env()
  if (publicSandbox) return { email: false, phone: false }
  const otherwise = mode === 'sandbox' ? 'outbox' : false
  return {
    email: signIn.mail === null ? otherwise : 'sent',
    phone: textMessages === null ? otherwise : 'sent',
  }
}

/** An address that mail can be sent to as it stands: no quoting, nothing that looks like another letter. */
export const isReachable = ({ kind, value }: Dii): boolean =>
  kind === 'phone' || /^[!#-'*+\-./0-9=?@A-Z^-~]+$/.test(value)

/** Sends a secret; the sealed cookie that waits for it, or null when it could not be sent. */
export async function sendProof(dii: Dii, next: string): Promise<string | null> {
  try {
    const { id, secret } = await createSecret(dii.kind, Date.now() + proofSeconds * 1000)
    const write = dii.kind === 'email' ? linkMail : codeMessage
    const delivery = deliver(id, dii.kind, write(dii.value, env().origin, secret))
    const sent = await withTimeout(
      delivery.then(() => true),
      patienceMs,
      () => false,
    )
    if (sent) return await sealPendingProof({ id, dii, next })
    logEvent('error', 'proof_not_sent', { code: 'late' })
  } catch (error) {
    logEvent('error', 'proof_not_sent', { code: errorCode(error) })
  }
  return null
}

/** A server that says a word now and then is never silent for long, and would hold a reader for ever. */
const patienceMs = 10_000

async function deliver(id: string, kind: Dii['kind'], message: Message): Promise<void> {
  const { mode, signIn } = env()
  if (mode === 'sandbox') addToOutbox(id, message)
  if (kind === 'email' && signIn.mail !== null) return sendMail(message)
  if (kind === 'phone' && textMessages !== null) return textMessages.send(message)
}

/** Why a secret proves nothing; the pages have the words. */
export type ProofFault = 'no_request' | 'wrong_secret' | 'over' | 'store_down'

/** The DII that a browser has proved by bringing the secret that was sent there. */
export async function prove(cookies: CookieReader, secret: string): Promise<Dii | ProofFault> {
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
