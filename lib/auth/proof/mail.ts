import 'server-only'
import { createTransport } from 'nodemailer'
import { env } from '../../env/env'
import { isLoopback } from '../../shared/loopback'
import { processWide } from '../../shared/process-wide'
import type { Message } from './messages'

/** A mail server that hangs must not block a sign-in. */
const waitMs = 5000

const transport = (url: string) => processWide('mail', () => createTransport(optionsFor(new URL(url))))

/** As separate options, because nodemailer ignores all others beside a URL. */
function optionsFor({ protocol, hostname, port, username, password }: URL) {
  const secure = protocol === 'smtps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    secure,
    // Always encrypted over a network, whatever the server offers.
    requireTLS: !secure && !isLoopback(hostname),
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    dnsTimeout: waitMs,
  }
}

/** Sends a mail over SMTP_URL. Of what nodemailer throws, only the code may be logged. */
export async function sendMail({ to, subject, text }: Message): Promise<void> {
  const { mail } = env().signIn
  if (mail === null) throw new Error('SMTP_URL is not set')
  // As an object, so that nothing in an address can add a second receiver.
  await transport(mail.url).sendMail({ from: mail.from, to: { name: '', address: to }, subject, text })
}
