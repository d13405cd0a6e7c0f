import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'

vi.setConfig({ testTimeout: 60_000 })

/** As strict as TypeScript is, with the web platform only: no package, no types of Node. */
const nextApp = {
  // As create-next-app writes them.
  target: 'ES2017',
  lib: ['DOM', 'DOM.Iterable', 'ESNext'],
  module: 'esnext',
  moduleResolution: 'bundler',
  noEmit: true,
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  skipLibCheck: false,
}

const proper = `
import { createUid2Client, hashEmail, type Identity, isDueForRefresh, Uid2Error } from './uid2'

export async function tokenOf(email: string, kept?: Identity): Promise<string | undefined> {
  const client = createUid2Client({ baseUrl: 'https://prod.uidapi.com', apiKey: 'key', clientSecret: 'secret' })
  try {
    if (kept && !isDueForRefresh(kept, Date.now())) return kept.advertising_token
    const outcome = kept
      ? await client.refreshToken(kept, { timeoutMs: 800, signal: AbortSignal.timeout(900) })
      : await client.generateToken({ email })
    return outcome.status === 'success' ? outcome.identity.advertising_token : undefined
  } catch (error) {
    if (error instanceof Uid2Error && error.code === 'rate_limited') return kept?.advertising_token
    throw error
  }
}

export const hash: Promise<string> = hashEmail(' USER@Example.com ')
`

/** Each line from the third on is one mistake. */
const misuse = `import { createUid2Client, hashEmail, type Identity, parseIdentity, Uid2Error } from './uid2'
declare const client: ReturnType<typeof createUid2Client>, identity: Identity, error: Uid2Error
createUid2Client({ baseUrl: 'https://prod.uidapi.com', apiKey: 'key' })
createUid2Client({ baseUrl: 'https://prod.uidapi.com', apiKey: 'key', clientSecret: 'secret', sendraw: true })
void client.generateToken('user@example.com')
void client.generateToken({ mail: 'user@example.com' })
void client.generateToken({ email: 'user@example.com' }).then((outcome) => outcome.identity)
void client.generateToken({ email: 'user@example.com' }).then(({ status }) => status === 'opt_out')
void client.generateToken({ email: 'user@example.com' }, { timeoutMs: undefined })
void client.refreshToken(identity.refresh_token)
void hashEmail('user@example.com').length
identity.advertising_token = 'another'
parseIdentity('{}').missing
void (error.code === 'slow')
`

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Another project with a copy of `uid2` and one file. */
function project(compilerOptions: object, file: { name: string; text: string }, uid2 = 'lib/uid2'): string {
  const folder = mkdtempSync(join(tmpdir(), 'uid2-lifted-'))
  folders.push(folder)
  cpSync(resolve(root, uid2), join(folder, 'uid2'), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('package.json', JSON.stringify({ name: 'another-project', type: 'module' }))
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', 'uid2'], exclude: [] }))
  write(file.name, file.text)
  return folder
}

function compile(folder: string): string[] {
  const { stdout, status } = spawnSync(nodePath(), [bin.tsc, '-p', '.', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const lines = stdout.split('\n').filter((line) => /error TS\d+/.test(line))
  expect(status === 0, stdout).toBe(lines.length === 0)
  return lines
}

// As a package: tests/unit/scripts/package.test.ts.
describe('a copy of lib/uid2 in an empty, strict project', () => {
  it('compiles in an app that a bundler builds', () => {
    expect(compile(project(nextApp, { name: 'consumer.ts', text: proper }))).toEqual([])
  })

  it('compiles with the direct integration, where Node’s environment is declared', () => {
    const environment = 'declare const process: { env: Record<string, string | undefined> }'
    const file = { name: 'node.d.ts', text: environment }
    expect(compile(project(nextApp, file, 'docs/direct-integration'))).toEqual([])
  })

  it('each line of misuse is a type error', () => {
    const errors = compile(project(nextApp, { name: 'misuse.ts', text: misuse }))
    const lines = new Set(errors.map((line) => Number(/^misuse\.ts\((\d+),/.exec(line)?.[1])))
    const mistakes = misuse
      .trimEnd()
      .split('\n')
      .map((_, index) => index + 1)
      .slice(2)
    expect([...lines].sort((a, b) => a - b)).toEqual(mistakes)
  })
})
