import { createServer, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cookieName } from '#lib/auth/cookie-names.ts'
import { sendMail } from '#lib/auth/proof/mail.ts'
import { findOutboxMessage } from '#lib/auth/proof/outbox.ts'
import { readPendingProof } from '#lib/auth/proof/pending-proof.ts'
import { checkProof, proofKinds, sendProof } from '#lib/auth/proof/proof.ts'
import type { Dii } from '#lib/identity/types.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

type Sent = { to: string; text: string }
const texts = vi.hoisted(() => ({ send: vi.fn<(message: Sent) => Promise<void>>() }))
vi.mock('#lib/auth/proof/text-messages.ts', () => ({ textMessages: texts }))

const jane: Dii = { kind: 'email', value: 'canary@example.com' }
const number: Dii = { kind: 'phone', value: '+12345678901' }
const real = {
  UID2_BASE_URL: 'http://127.0.0.1:1',
  UID2_API_KEY: 'key',
  UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
}
const withMail = (url: string) => ({
  ...real,
  SMTP_URL: url,
  MAIL_FROM: 'The Lantern <sign-in@news.example>',
})

const ended: (() => void)[] = []
let log: string
beforeEach(() => {
  log = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    log += chunk
    return true
  })
})
afterEach(() => {
  vi.useRealTimers()
  for (const end of ended.splice(0)) end()
})

/** A server that runs `answer` for each connection. Returns its URL, with `host`. */
async function server(answer: (socket: Socket) => void, host = '127.0.0.1'): Promise<string> {
  const listening = createServer((socket) => {
    socket.on('error', () => {})
    ended.push(() => socket.destroy())
    answer(socket)
  })
  await new Promise<void>((resolve) => listening.listen(0, resolve))
  ended.push(() => listening.close())
  return `smtp://${host}:${(listening.address() as { port: number }).port}`
}

/** A mail server, with every mail that it got. */
async function mailServer(options: ConstructorParameters<typeof SMTPServer>[0] = {}, host?: string) {
  const mails: { from: string; to: string[]; raw: string }[] = []
  const running = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    ...options,
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope
      let raw = ''
      stream.on('data', (chunk: Buffer) => {
        raw += chunk
      })
      stream.on('end', () => {
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((it) => it.address),
          raw,
        })
        done()
      })
    },
  })
  running.on('error', () => {})
  const url = await server((socket) => running.server.emit('connection', socket), host)
  return { url, mails }
}

const unquoted = (text: string) =>
  text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

describe('a mail', () => {
  it('is sent to one receiver, and the secret in it signs in', async () => {
    const { url, mails } = await mailServer()
    becomeSite(withMail(url))
    const cookie = (await sendProof(jane, '/')) ?? ''
    const jar = jarOf({ [cookieName('pending')]: cookie })
    expect(mails).toMatchObject([{ from: 'sign-in@news.example', to: ['canary@example.com'] }])
    const raw = mails[0]?.raw ?? ''
    expect(raw.match(/^(To|Cc|Bcc|From): .*$/gim)).toEqual([
      'From: The Lantern <sign-in@news.example>',
      'To: canary@example.com',
    ])
    const secret = /^http:\/\/localhost:3000\/sign-in\/proof\?secret=([\w-]{43})\r?$/m.exec(
      unquoted(raw),
    )?.[1]
    expect(await checkProof(jar, secret ?? '')).toEqual(jane)
    expect(findOutboxMessage((await readPendingProof(jar))?.id ?? '')).toBeUndefined()
  })

  it.each([
    'a,b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    '<a@example.com>, b@example.com',
    'a@example.com b',
  ])('has no second receiver: %j', async (to) => {
    const { url, mails } = await mailServer()
    becomeSite(withMail(url))
    await sendMail({ to, subject: 'x', text: 'x' }).catch(() => {})
    for (const mail of mails) {
      expect(mail.to).toHaveLength(1)
      expect(mail.raw).not.toMatch(/^Bcc:/im)
    }
  })

  it('is not sent over a network unencrypted (A8)', async () => {
    // Another name of this machine, which does not count as loopback.
    const { url, mails } = await mailServer({}, '0.0.0.0')
    becomeSite(withMail(url))
    await expect(sendMail({ to: jane.value, subject: 'x', text: 'x' })).rejects.toMatchObject({
      code: 'ETLS',
    })
    expect(mails).toEqual([])
  })

  it('is sent with the user and password of the URL, decoded', async () => {
    const credentials = vi.fn()
    const { url, mails } = await mailServer({
      allowInsecureAuth: true,
      authMethods: ['PLAIN'],
      onAuth: ({ username, password }, _, done) => {
        credentials(username, password)
        done(null, { user: username })
      },
    })
    becomeSite(withMail(url.replace('//', '//jane%40news:p%3Aw%2F%25@')))
    await sendMail({ to: jane.value, subject: 'x', text: 'x' })
    expect(credentials.mock.calls).toEqual([['jane@news', 'p:w/%']])
    expect(mails).toHaveLength(1)
  })

  it('is not sent to a server that cannot prove its name', async () => {
    const { url, mails } = await mailServer({ disabledCommands: [] }, '0.0.0.0')
    becomeSite(withMail(url))
    await expect(sendMail({ to: jane.value, subject: 'x', text: 'x' })).rejects.toThrow()
    expect(mails).toEqual([])
  })
})

describe('a mail that cannot be sent is reported as not sent, and the log has only its code (S5)', () => {
  const notSent = async (url: string, code: RegExp) => {
    becomeSite(withMail(url))
    expect(await sendProof(jane, '/')).toBeNull()
    expect(log).toMatch(code)
    expect(log).not.toMatch(/canary|example|secret|127\.0\.0\.1|greeting/i)
    expect(Object.keys(JSON.parse(log))).toEqual(['level', 'time', 'event', 'code'])
  }

  it('no server listens', async () => {
    const url = await server(() => {})
    for (const end of ended.splice(0)) end()
    await notSent(url, /"code":"ESOCKET"|"code":"ECONN/)
  })

  it('the server closes the connection', async () => {
    await notSent(await server((socket) => socket.destroy()), /"code":"(E\w+|unknown)"/)
  })

  it('the server does not speak SMTP', async () => {
    await notSent(
      await server((socket) => socket.end('HTTP/1.1 400 canary@example.com\r\n\r\n')),
      /"code":"EPROTOCOL"/,
    )
  })

  it('the server refuses the receiver, and repeats the address', async () => {
    const { url } = await mailServer({
      onRcptTo: ({ address }, _, done) => done(new Error(`No such user ${address}`)),
    })
    await notSent(url, /"code":"EENVELOPE"/)
  })

  it('the server refuses the password', async () => {
    const { url } = await mailServer({
      onAuth: (_, __, done) => done(new Error('canary@example.com is not known here')),
      allowInsecureAuth: true,
    })
    await notSent(url.replace('smtp://', 'smtp://user:pass@'), /"code":"EAUTH"/)
  })

  it.each([
    ['does not answer', () => {}],
    // Repeated bytes, without an end.
    [
      'sends a line now and then',
      (socket: Socket) => void setInterval(() => socket.write('220-wait\r\n'), 3000),
    ],
  ])('the server %s: the mail is given up after ten seconds', async (_, answer) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    let connected: () => void
    const connection = new Promise<void>((resolve) => {
      connected = resolve
    })
    const url = await server((socket) => {
      answer(socket)
      connected()
    })
    becomeSite(withMail(url))
    const sending = sendProof(jane, '/')
    await connection
    await vi.advanceTimersByTimeAsync(10_001)
    expect(await sending).toBeNull()
    expect(log).toMatch(/"code":"(late|ETIMEDOUT)"/)
    expect(log).not.toMatch(/canary|wait/)
  })
})

describe('a text message', () => {
  beforeEach(() => {
    texts.send.mockReset()
    becomeSite(real)
  })

  it('is offered when text messages can be delivered, but not on a public sandbox', () => {
    expect(proofKinds()).toEqual({ email: false, phone: 'sent' })
    becomeSite({ SANDBOX_PUBLIC: 'on' })
    expect(proofKinds()).toEqual({ email: false, phone: false })
  })

  it('is sent once, and the code in it signs in', async () => {
    texts.send.mockResolvedValue()
    const cookie = (await sendProof(number, '/')) ?? ''
    expect(texts.send).toHaveBeenCalledTimes(1)
    const message = texts.send.mock.calls[0]?.[0]
    expect(message?.to).toBe(number.value)
    const code = /^\d{6}/.exec(message?.text ?? '')?.[0] ?? ''
    expect(await checkProof(jarOf({ [cookieName('pending')]: cookie }), code)).toEqual(number)
  })

  it('that is refused or not answered counts as not sent', async () => {
    texts.send.mockRejectedValueOnce(new Error('No +12345678901'))
    expect(await sendProof(number, '/')).toBeNull()
    texts.send.mockImplementationOnce(() => {
      throw Object.assign(new Error('No +12345678901'), { code: 'sms_402' })
    })
    expect(await sendProof(number, '/')).toBeNull()
    expect(log).toContain('"code":"sms_402"')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const called = new Promise<void>((resolve) => {
      texts.send.mockImplementationOnce(() => {
        resolve()
        return new Promise(() => {})
      })
    })
    const sending = sendProof(number, '/')
    await called
    await vi.advanceTimersByTimeAsync(10_001)
    expect(await sending).toBeNull()
    expect(log).not.toContain('2345678901')
  })
})
