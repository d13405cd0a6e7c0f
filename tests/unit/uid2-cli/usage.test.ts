import { describe, expect, it, onTestFinished } from 'vitest'
import { testOperator } from '#tests/support/operator.ts'
import { printable } from '../../../scripts/command-line/terminal.ts'
import { program } from '../../../scripts/uid2/program.ts'
import { cli } from './cli.ts'

const { commands } = program
const address = 'somebody@private.example'
const hash = ['hash', '--email', address]

describe('help', () => {
  it('names every command, on standard output', async () => {
    const { code, out, err } = await cli(['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`${name} +${summary}`))
  })

  it.each(commands.map(({ name }) => name))('%s --help names every option of it', async (name) => {
    const { code, out } = await cli([name, '--help'])
    expect(code).toBe(0)
    for (const option of Object.keys(commands.find((it) => it.name === name)?.options ?? {}))
      expect(out).toContain(`--${option}`)
    expect(out).toContain('--json')
  })

  it('is printed on standard error, with code 2, for a missing or unknown command', async () => {
    for (const line of [[], ['generat']]) {
      const { code, out, err } = await cli(line)
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain('generate')
    }
  })
})

describe('wrong usage exits with code 2 and one sentence, which repeats no value', () => {
  it.each([
    [['hash']],
    [['hash', '--email']],
    [['hash', '--email', '']],
    [['hash', '--email', address, '--phone', '+12345678901']],
    [['hash', 'private.example']],
    [['hash', address, address]],
    [['hash', address, '--email', address]],
    [['generate', address, '--phone', '+12345678901']],
    [['hash', '--email', address, '--email', 'b@c']],
    [['hash', '--mail', address]],
    [['hash', `--api-key=${address}`]],
    [['hash', '--json=yes', '--email', address]],
    [['hash', '--email', `two words ${address}`]],
    [['generate', '--email', address, '--email-hash', address]],
    [['validate', address, address]],
    [['verify', '--email', address]],
    [['verify', '--hash', address]],
    [['verify', '--email', address, '--token', address, '--offline']],
    [['inspect-token', address, '--keys', address, '--fetch-keys']],
    [['inspect-token', address, '--keys', `/${address}`]],
    [[address]],
  ])('%j', async (line) => {
    const env = {
      UID2_BASE_URL: 'http://127.0.0.1:9',
      UID2_API_KEY: 'k',
      UID2_CLIENT_SECRET: `${'A'.repeat(43)}=`,
    }
    const { code, out, err } = await cli(line, { env })
    expect([code, out]).toEqual([2, ''])
    expect(err).not.toContain('private.example')
    expect(err).not.toMatch(/^\s+at /m)
  })

  it('says where credentials belong when they are given as an option', async () => {
    expect((await cli(['generate', '--client-secret', 'x'])).err).toContain('environment')
  })

  it('includes reading standard input twice', async () => {
    const { code, err } = await cli(['verify', '--email', '-', '--hash', '-', '--offline'], {
      stdin: 'x@example.com',
    })
    expect([code, err]).toEqual([2, expect.stringContaining('Only one -')])
  })

  it.each(['hash -', 'decode-envelope -', 'refresh -'])('%s refuses what is not UTF-8', async (line) => {
    const stdin = Buffer.from('jos\u00e9@private.example', 'latin1')
    const env = {
      UID2_BASE_URL: 'http://127.0.0.1:9',
      UID2_API_KEY: 'k',
      UID2_CLIENT_SECRET: `${'A'.repeat(43)}=`,
    }
    const { code, out, err } = await cli(line.split(' '), { stdin, env })
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('Standard input is not text in UTF-8')])
    expect(err).not.toContain('private.example')
  })

  it.each(['generate --email a@b', 'refresh x', 'validate x --email a@b', 'verify'])(
    '%s without an operator says how to get one',
    async (line) => {
      const { code, err } = await cli(line.split(' '))
      expect([code, err]).toEqual([2, expect.stringContaining('`npm start`')])
    },
  )

  it('plain http is allowed to this machine only', async () => {
    const env = {
      UID2_BASE_URL: 'http://operator.example',
      UID2_API_KEY: 'k',
      UID2_CLIENT_SECRET: `${'A'.repeat(43)}=`,
    }
    const { code, err } = await cli(['generate', '--email', address], { env })
    expect([code, err]).toEqual([2, expect.stringContaining('UID2_BASE_URL')])
  })
})

describe('--json', () => {
  it('is one document for a failure, too, with the sentence on standard error', async () => {
    const { code, json, err } = await cli(['hash', '--mail', 'x', '--json'])
    expect(code).toBe(2)
    expect(json).toEqual({
      command: 'hash',
      ok: false,
      error: { kind: 'usage', message: 'There is no such option.' },
    })
    expect(err).toContain('There is no such option.')
  })

  it.each([
    ['There is no such command.', ['generat', '--json']],
    ['Name a command.', ['--json']],
  ])('is one document too when there is no command: %s', async (message, line) => {
    const { code, json, err } = await cli(line)
    expect([code, json]).toEqual([2, { ok: false, error: { kind: 'usage', message } }])
    expect(err).toContain(message)
  })
})

describe('the message of an operator', () => {
  it('is quoted as a sentence with one full stop', async () => {
    const operator = await testOperator()
    onTestFinished(() => operator.close())
    const env = { ...operator.env, UID2_CLIENT_SECRET: Buffer.alloc(32, 7).toString('base64') }
    const { err } = await cli(['generate', address], { env })
    expect(err).toMatch(/details on the request envelope format\.\n$/)
  })
})

describe('a terminal', () => {
  const escapeCode = '\u001b['
  const bad = ['decode-envelope', 'AAAA']

  it('has colour; other output has none', async () => {
    expect((await cli(bad, { terminal: true })).out).toContain(escapeCode)
    expect((await cli(bad)).out).not.toContain(escapeCode)
    expect((await cli([...bad, '--json'], { terminal: true })).out).not.toContain(escapeCode)
  })

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('has none with %j', async (env) => {
    expect((await cli(bad, { terminal: true, env })).out).not.toContain(escapeCode)
  })

  it('shows the same text with and without colour', async () => {
    const plain = (text: string) => text.replaceAll(new RegExp(`\u001b${String.raw`\[\d+m`}`, 'g'), '')
    const coloured = await cli(hash, { terminal: true })
    expect(plain(coloured.out)).toBe((await cli(hash)).out)
  })

  it('cannot be controlled by foreign text', async () => {
    expect(printable('\u202eevil')).toBe('\\u{202e}evil')
    const { out, err } = await cli(['hash', '--email', '\u202eevil@example.com'], { terminal: true })
    expect(out + err).not.toContain('\u202e')
  })
})
