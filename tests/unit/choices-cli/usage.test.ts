import { describe, expect, it } from 'vitest'
import { program } from '../../../scripts/choices/program.ts'
import { address, cli, diiHash } from './cli.ts'

const call = (line: readonly string[], stdin?: string) => cli({}, line, stdin)

describe('help', () => {
  it('names every command and what each exit code means', async () => {
    const { code, out, err } = await call(['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const { name, summary } of program.commands) expect(out).toMatch(new RegExp(`${name} +${summary}`))
    expect(out).toContain('npm run -s choices -- ')
    expect(out).toMatch(/0 success; 1 nothing on record.*; 2 .*\n3 the store failed; 70 /)
  })

  it.each(['export', 'forget'])('%s --help names every option of it', async (name) => {
    const { code, out } = await call([name, '--help'])
    expect(code).toBe(0)
    for (const option of ['--email ADDRESS', '--phone NUMBER', '--json']) expect(out).toContain(option)
  })
})

describe('wrong usage exits with code 2 and one sentence, which repeats no value', () => {
  it.each([
    [[]],
    [[address]],
    [['export']],
    [['export', address]],
    [['export', '--email', address, address]],
    [['export', '--email']],
    [['export', '--email', '']],
    [['export', '--email', ' ']],
    [['forget', '--email', address, '--phone', '+442079460018']],
    [['forget', '--email', address, '--email', 'other@canary.example']],
    [['export', '--email', 'canary']],
    [['export', '--email', `two words ${address}`]],
    [['export', '--email', `${address}\nb@canary.example`]],
    [['export', '--phone', '020 7946 0123']],
    [['export', '--phone', address]],
    [['export', '--mail', address]],
    [['forget', '--all']],
  ])('%j', async (line) => {
    for (const each of [line, [...line, '--json']]) {
      const { code, out, err } = await call(each)
      expect(code).toBe(2)
      expect(out + err).not.toMatch(/canary|0123|^\s+at /m)
    }
  })

  it.each([
    ['--email', diiHash],
    ['--email', Buffer.from(diiHash, 'base64').toString('hex')],
    ['--email', Buffer.from(diiHash, 'base64').toString('base64url')],
    ['--phone', diiHash],
    ['--phone', Buffer.from(diiHash, 'base64').toString('hex')],
    ['--email-hash', diiHash],
  ])('a hash is not accepted as an address: %s %s', async (option, hash) => {
    for (const [line, stdin] of [
      [['export', option, hash], ''],
      [['export', option, '-'], hash],
    ] as const) {
      const { code, out, err } = await call(line, stdin)
      expect([code, out]).toEqual([2, ''])
      expect(err).not.toContain(hash)
    }
  })

  it('an invalid address on standard input is not repeated', async () => {
    for (const typed of ['', '\n', 'canary', `${address} ${address}`]) {
      const { code, err } = await call(['export', '--email', '-'], typed)
      expect(code).toBe(2)
      expect(err).not.toContain('canary')
    }
  })
})

describe('no command removes an opt-out', () => {
  it.each([
    [['forget', '--email', address, '--opt-outs']],
    [['forget', '--email', address, '--site-opt-out']],
    [['forget', '--email', address, '--marks']],
    [['forget-opt-out', '--email', address]],
    [['opt-in', '--email', address]],
  ])('%j is answered with that', async (line) => {
    const { code, err } = await call(line)
    expect([code, err]).toEqual([2, expect.stringContaining('no command removes an opt-out')])
    expect(err).not.toContain(address)
  })

  it('there are only export and forget, with no option but the person', () => {
    expect(program.commands.map(({ name, options }) => [name, Object.keys(options)])).toEqual([
      ['export', ['email', 'phone']],
      ['forget', ['email', 'phone']],
    ])
  })
})

it('the store and its keys cannot be given as options', async () => {
  const { code, err } = await call(['export', '--email', address, '--database-url', 'postgres://canary'])
  expect([code, err]).toEqual([2, expect.stringContaining('only from the environment')])
  expect(err).not.toContain('canary')
})
