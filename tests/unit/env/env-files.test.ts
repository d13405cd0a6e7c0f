import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodePath, root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { bareEnvironment } from '../../support/site.ts'

const module = JSON.stringify(join(root, 'lib/env/env-files.ts'))

/**
 * Warning and variables of a process that starts in a folder with these files. A new process, since Next
 * caches them.
 */
function started(files: Record<string, string>, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-env-'))
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents)
  const program = `
    const { envFilesWarning } = await import(${module})
    const warning = envFilesWarning(false)
    console.log(JSON.stringify({ warning, env: process.env }))`
  const output = execFileSync(nodePath(), [...typescriptFlags, '--input-type=module', '-e', program], {
    cwd: folder,
    env: { ...bareEnvironment(), ...env },
  })
  const { warning, env: read } = JSON.parse(output.toString()) as {
    warning: string | null
    env: Record<string, string>
  }
  const named = /for (.*?)\. Unless/.exec(warning ?? '')?.[1]?.split(', ') ?? []
  return { warning: warning ?? '', named, read }
}

describe('a .env file', () => {
  it('a value that Next reads differently is named at start, and not shown (E4)', () => {
    const { warning, named, read } = started({
      '.env.local': [
        'SESSION_PASSWORD=canary$$w0rd',
        "NEXTAUTH_SECRET='canary$one'",
        'CHOICES_PEPPER="canary$two"',
        'SMTP_URL=smtp://u:canary#p@mail.example',
        'export AUTH_OIDC_SECRET=$canary',
        'AUTH_GOOGLE_SECRET: canary$3',
        'UID2_BASE_URL=http://localhost:$PORT',
      ].join('\n'),
    })
    expect(read.SESSION_PASSWORD).toBe('canary$')
    expect(read.NEXTAUTH_SECRET).toBe('canary')
    expect(read.SMTP_URL).toBe('smtp://u:canary')
    expect(named).toEqual([
      'SESSION_PASSWORD',
      'NEXTAUTH_SECRET',
      'CHOICES_PEPPER',
      'SMTP_URL',
      'AUTH_OIDC_SECRET',
      'AUTH_GOOGLE_SECRET',
      'UID2_BASE_URL',
    ])
    expect(warning).toContain('write \\$')
    expect(warning).not.toMatch(/canary|w0rd/)
  })

  it('a value that is read as written is not named', () => {
    const { warning, read } = started({
      '.env.local': [
        'SESSION_PASSWORD=canary\\$\\$w0rd',
        "NEXTAUTH_SECRET='canary\\$one'",
        'AUTH_OIDC_SECRET="a#b"',
        'AUTH_OIDC_ID=abc # the client',
        'AUTH_OIDC_NAME=#nothing',
        'PRICE=5$',
        'EMPTY=',
        '# COMMENT=$HOME',
        'AUTH_APPLE_PRIVATE_KEY="one\\ntwo"',
        'MAIL_FROM="The Lantern <a@news.example>"',
        "LINES='one",
        "two'",
      ].join('\r\n'),
    })
    expect(warning).toBe('')
    expect(read.SESSION_PASSWORD).toBe('canary$$w0rd')
    expect(read.AUTH_OIDC_SECRET).toBe('a#b')
    expect(read.PRICE).toBe('5$')
  })

  it('a variable of the process that a file also names is expanded, too, and named (E4)', () => {
    const secret = 'canary$$w0rd'
    const { named, read } = started(
      { '.env.local': 'SESSION_PASSWORD=\nCHOICES_PEPPER=\nNEXTAUTH_SECRET=other$one' },
      {
        SESSION_PASSWORD: secret,
        CHOICES_PEPPER: 'plain',
        NEXTAUTH_SECRET: 'plain',
        AUTH_OIDC_SECRET: secret,
      },
    )
    expect(read.SESSION_PASSWORD).toBe('canary$')
    expect(read.AUTH_OIDC_SECRET).toBe(secret)
    expect(named).toEqual(['SESSION_PASSWORD'])
  })

  it('the first of several files that set a variable counts', () => {
    const files = {
      '.env.local': 'SESSION_PASSWORD=plain',
      '.env': 'SESSION_PASSWORD=pa$$w0rd\nOTHER=pa$$w0rd',
    }
    expect(started(files).named).toEqual(['OTHER'])
  })

  it('a missing file causes no warning', () => {
    expect(started({}, { SESSION_PASSWORD: 'pa$$w0rd' }).warning).toBe('')
  })
})
