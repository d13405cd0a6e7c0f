import 'server-only'

/** A sign-in mail, or a text message (which has no subject). */
export interface Message {
  to: string
  subject?: string
  text: string
}

/** The link contains only the secret. In another browser it reveals no address and cannot be used. */
export const linkMail = (to: string, origin: string, secret: string): Message => ({
  to,
  subject: 'Your sign-in link for The Lantern',
  text: [
    'You asked to sign in to The Lantern. Open this link in the browser in which you asked:',
    '',
    `${origin}/sign-in/proof?secret=${secret}`,
    '',
    'It works once, within 15 minutes. If you did not ask, ignore this mail: without that browser the link is of no use.',
    '',
  ].join('\n'),
})

/** The last line lets browsers fill in the code: https://wicg.github.io/sms-one-time-codes/ */
export const codeMessage = (to: string, origin: string, secret: string): Message => ({
  to,
  text: `${secret} is your sign-in code for The Lantern, good for 15 minutes. Never tell it to anybody.\n\n@${new URL(origin).hostname} #${secret}`,
})
