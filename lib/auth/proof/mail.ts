import 'server-only'
import { createTransport } from 'nodemailer'
import { env } from '../../env/server'
import { isLoopback } from '../../shared/loopback'
import { perProcess } from '../../shared/per-process'
import type { Message } from './messages'

/** A mail server that hangs must not hang a sign-in. */
const waitMs = 5000

const transport = (url: string) => perProcess('mail', () => createTransport(optionsFor(new URL(url))))

/** By name, because nodemailer drops every other option beside a URL. */
function optionsFor({ protocol, hostname, port, username, password }: URL) {
  const secure = protocol === 'smtps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    secure,
    // Never in the clear over a network, whatever the server offers.
    requireTLS: !secure && !isLoopback(hostname),
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    dnsTimeout: waitMs,
  }
}

/** Sends a mail over SMTP_URL. Throws what nodemailer throws; nothing of it may be logged but its code. */
export async function sendMail({ to, subject, text }: Message): Promise<void> {
  const { mail } = env().signIn
  if (mail === null) throw new Error('SMTP_URL is not set')
  // As an object, so that nothing in an address can become a second one.
  await transport(mail.url).sendMail({ from: mail.from, to: { name: '', address: to }, subject, text })
}
