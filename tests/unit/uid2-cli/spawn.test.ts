import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { installed, spawnNode } from '#tests/support/command-line.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { root, typescriptFlags } from '../../../scripts/support/runtime.mjs'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
afterAll(() => operator.close())

const start = (args: string[], stdin = '', env: Record<string, string> = operator.env) =>
  spawnNode(args, stdin, env)

const launcher = join(root, 'scripts/uid2.mjs')
const program = [...typescriptFlags, join(root, 'scripts/uid2/main.ts')]

describe.skipIf(!installed)('node scripts/uid2.mjs, from any folder', () => {
  it('prints one JSON document and nothing else, and takes standard input', async () => {
    const first = await start([launcher, 'generate', '--email', '-', '--json'], 'user@example.com\n')
    expect([first.code, first.err]).toEqual([0, ''])
    const second = await start([launcher, 'refresh', '-', '--json'], first.out)
    expect([second.code, second.err]).toEqual([0, ''])
    expect(JSON.parse(second.out)).toMatchObject({ command: 'refresh', ok: true, status: 'success' })
  }, 30_000)

  it('passes the exit code on', async () => {
    expect((await start([launcher, 'generate', '--email', 'optout@example.com'])).code).toBe(1)
    expect((await start([launcher, 'generate'])).code).toBe(2)
  }, 30_000)
})

describe('a clone that cannot be installed', () => {
  it('exits with 3, and prints one JSON document', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'uid2-clone-'))
    onTestFinished(() => rmSync(clone, { recursive: true }))
    for (const path of ['scripts', 'lib/shared/bypass-proxy.mjs', 'package-lock.json'])
      cpSync(join(root, path), join(clone, path), { recursive: true })
    // Without npm, which would ask the network.
    const { code, out, err } = await start([join(clone, 'scripts/uid2.mjs'), 'hash', 'a@b', '--json'], '', {
      PATH: clone,
    })
    expect([code, JSON.parse(out)]).toMatchObject([3, { ok: false, error: { kind: 'installation' } }])
    expect(err).toContain('installing')
  }, 30_000)
})

describe('the process', () => {
  it('checks a set-up against a running operator', async () => {
    const { code, out, err } = await start([...program, 'verify'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/no faults found\n$/)
    expect(out).not.toContain('\u001b')
  }, 30_000)

  it('exits with 3 when the operator does not answer', async () => {
    const env = { ...operator.env, UID2_BASE_URL: 'http://127.0.0.1:9' }
    const { code, out, err } = await start(
      [...program, 'generate', '--email', 'user@example.com', '--json'],
      '',
      env,
    )
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'network' } })
    expect(err).not.toMatch(/^\s+at /m)
  }, 30_000)
})
