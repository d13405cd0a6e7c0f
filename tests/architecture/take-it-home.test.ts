import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import SqliteDatabase from 'better-sqlite3'
import type { AuthOptions } from 'next-auth'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConsentRecords } from '#lib/consent/store.ts'
import { buildItem, filesOf } from '#lib/registry/build.ts'
import { importsOf } from '#lib/registry/imports.ts'
import { registryFile, registryFiles } from '#lib/registry/index.ts'
import { items } from '#lib/registry/items.ts'
import { sourcesIn } from '#lib/registry/sources.ts'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { exampleNeeds, newApp, takenFiles, writeFolder } from '../support/new-app.ts'
import { filesIn, parse, read } from './project.ts'

vi.setConfig({ testTimeout: 60_000 })

const sources = sourcesIn(root)
const names = Object.keys(items)
const origin = 'https://publisher.example'
const build = (name: string) => buildItem(name, sources, origin)

/** An item with all that it needs, as `shadcn add` collects it. */
const withNeeds = (name: string): ReturnType<typeof build>[] => {
  const item = build(name)
  const needed = item.registryDependencies.map((url) => url.replace(`${origin}/r/`, '').replace('.json', ''))
  return [item, ...needed.flatMap(withNeeds)]
}

const folder = join(root, 'test-results', 'registry')

const importTaken = (path: string) => import(pathToFileURL(join(folder, path)).href)

/** The errors of a compiler in everything that was taken. */
async function compile(tsc: string): Promise<string[]> {
  // A new app has only these of the type packages installed here, and what the items bring.
  const types = ['--types', 'node,react,react-dom']
  const args = [tsc, '--noEmit', ...types, '--incremental', 'false', '--pretty', 'false']
  const child = spawn(nodePath(), args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk
  const [code] = await closed
  // A compiler that does not start reports no line.
  return [...output.split('\n').filter(Boolean), ...(code === 0 ? [] : [`exit code ${code}`])]
}

// tests/soak/take-it-home.spec.ts installs all items with shadcn, and lints, builds and uses the app.
describe('an item of the registry', () => {
  it.each(names)('%s and what it needs import only each other and the packages that they name', (name) => {
    const taken = withNeeds(name)
    const files = taken.flatMap((item) => item.files)
    const targets = new Set(files.map(({ target }) => target.replace(/(\/index)?\.tsx?$/, '')))
    const packages = new Set(
      taken.flatMap((item) => item.dependencies.map((dependency) => dependency.replace(/(?<=.)@.*/, ''))),
    )
    const strangers = files.flatMap(({ target, content }) =>
      // Read by a parser, not by the search that the registry uses.
      parse(target, content).imports.flatMap(({ source }) => {
        if (source.startsWith('.')) {
          const found = targets.has(posix.join(posix.dirname(target), source))
          return found ? [] : [`${target}: ${source}`]
        }
        const used = source.split('/', source.startsWith('@') ? 2 : 1).join('/')
        return /^(node:.*|next|next-auth|react)$/.test(used) || packages.has(used)
          ? []
          : [`${target}: ${source}`]
      }),
    )
    expect(strangers).toEqual([])
  })

  it.each(names)('%s is found whole by the search for imports', (name) => {
    for (const path of filesOf(name, sources)) {
      const parsed = parse(path, read(path)).imports.map(({ source }) => source)
      expect(importsOf(read(path)).toSorted(), path).toEqual(parsed.toSorted())
    }
  })

  it.each(names)('%s asks for no set-up: all of its files have a place of their own', (name) => {
    const { type, files } = build(name)
    expect(type).toBe('registry:item')
    expect(files.length).toBeGreaterThan(0)
    for (const file of files)
      expect(file).toMatchObject({
        type: 'registry:file',
        target: expect.stringMatching(/^(app|components|lib)\/|^(proxy|instrumentation)\.ts$/),
      })
  })

  it('installs the versions that this project is tested with', () => {
    expect(build('uid2-identity').dependencies).toEqual(['iron-session@9.0.1', 'server-only@0.0.1'])
    expect(build('uid2-consent-sql').devDependencies).toEqual([
      expect.stringMatching(/^@types\/better-sqlite3@\d/),
      expect.stringMatching(/^@types\/pg@\d/),
    ])
  })

  it('names the items that it needs by the address that serves it', () => {
    expect(build('uid2-identity').registryDependencies).toEqual([`${origin}/r/uid2-server.json`])
  })

  it('brings no secret of this project', () => {
    const texts = registryFiles.map((name) => JSON.stringify(registryFile(name, sources, origin)))
    expect(texts.filter((text) => /NEXTAUTH_SECRET=|BEGIN PRIVATE/.test(text))).toEqual([])
    for (const name of names)
      for (const [variable, value] of Object.entries(build(name).envVars))
        if (/KEY|SECRET|PASSWORD|PEPPER/.test(variable)) expect(value, variable).toBe('')
  })

  it('has as many files as docs/take-it-home.md says', () => {
    const rows = [...read('docs/take-it-home.md').matchAll(/^\| `(uid2-[\w-]+)` \|.*?\|.*?(\d+) \|/gm)]
    expect(rows.length).toBeGreaterThan(5)
    const said = rows.map(([, name = '', files]) => [name, Number(files)])
    expect(said).toEqual(rows.map(([, name = '']) => [name, filesOf(name, sources).length]))
  })

  it('is in the list of the registry', () => {
    const list = registryFile('registry.json', sources, origin) as { items: { name: string }[] }
    expect(list.items.map(({ name }) => name)).toEqual(names)
  })

  it.each(['', 'registry', 'uid2-identity', '../package.json', 'constructor.json', '__proto__.json'])(
    'there is no file "%s"',
    (name) => {
      expect(registryFile(name, sources, origin)).toBeNull()
    },
  )
})

describe('taken into a new Next app', () => {
  beforeAll(() => writeFolder(folder, { ...newApp(), ...takenFiles() }))

  it.concurrent.each([
    ['5.9', join(root, 'node_modules/typescript-5/bin/tsc')],
    ['7', bin.tsc],
  ])('all items compile with TypeScript %s and the settings of a new app', async (_, tsc) => {
    expect(await compile(tsc)).toEqual([])
  })

  it('calls no function with the name of a React hook, for which React’s lint has rules', () => {
    const taken = Object.entries(takenFiles()).filter(([path]) => path.startsWith('lib/'))
    const callers = taken.filter(([, text]) => /(?<![.\w])use(?:[A-Z]\w*)?\(/.test(text))
    expect(callers.map(([path]) => path)).toEqual([])
  })
})

describe('the SQL store of consents, as it is taken', () => {
  const subject = { sub: 'demo:1', sid: 'session', diiHash: 'a'.repeat(43).concat('=') }
  const answer = { version: '1', wording: 'May we?', source: 'page' } as const
  const file = join(mkdtempSync(join(tmpdir(), 'uid2-sql-consent-')), 'choices.db')
  let consent: ConsentRecords

  beforeAll(async () => {
    writeFolder(folder, { ...newApp(), ...takenFiles() })
    ;({ consent } = await importTaken('lib/publisher/sql-consent.ts'))
  })

  it('opens no database while its pepper is missing or short', async () => {
    vi.stubEnv('DATABASE_URL', `file:${file}`)
    vi.stubEnv('CHOICES_PEPPER', 'short')
    await expect(consent.read(subject)).rejects.toThrow('CHOICES_PEPPER needs at least 32 characters.')
    expect(existsSync(file)).toBe(false)
  })

  it('gives a reader whose denial or signals it could not write no state, and writes them before the next one', async () => {
    vi.stubEnv('CHOICES_PEPPER', 'p'.repeat(32))
    await consent.recordChoice(subject, { advertising: 'granted', ...answer })
    expect(await consent.read(subject)).toMatchObject({ choice: 'granted' })
    const other = new SqliteDatabase(file)
    other.exec('begin immediate')
    await expect(consent.recordChoice(subject, { advertising: 'denied', ...answer })).rejects.toThrow()
    await expect(consent.read(subject)).rejects.toThrow()
    expect(await consent.read({ ...subject, sub: 'demo:2', diiHash: 'another' })).toMatchObject({
      choice: null,
    })
    const third = { ...subject, sub: 'demo:3', diiHash: 'third' }
    await expect(consent.recordSignals(third, { gpp: 'DBAA' })).rejects.toThrow()
    await expect(consent.read(third)).rejects.toThrow()
    other.exec('rollback')
    other.close()
    expect(await consent.read(subject)).toMatchObject({ choice: 'denied' })
    expect(await consent.read(third)).toMatchObject({ signals: { gpp: 'DBAA' } })
  })
})

describe('the sign-in of examples/minimal, as it is taken', () => {
  type Session = { withSessionIds(options: AuthOptions): AuthOptions }
  const jwt = async (given: object, options: Partial<AuthOptions> = {}) => {
    const { withSessionIds }: Session = await importTaken('lib/publisher/session.ts')
    const token = { sub: '1', email: 'reader@example.com' }
    return withSessionIds({ providers: [], ...options }).callbacks?.jwt?.({ token, ...given } as never)
  }
  const user = { id: '1' }

  it('gives each sign-in an id, and keeps the callbacks of the publisher', async () => {
    const own = { jwt: ({ token }: { token: object }) => ({ ...token, role: 'editor' }) }
    const signedIn = await jwt({ user }, { callbacks: own as never })
    expect(signedIn).toMatchObject({ sid: expect.stringMatching(/^[\w-]{36}$/), role: 'editor' })
    expect(await jwt({})).not.toHaveProperty('sid')
  })

  it.each([false, 'false', 0])(
    'gives none where the provider calls the address unverified: %j',
    async (verified) => {
      expect(await jwt({ user, profile: { email_verified: verified } })).toMatchObject({ sid: undefined })
    },
  )
})

describe('examples/minimal', () => {
  it('says in its README what it needs of lib/, and has the versions of the project', () => {
    const text = read('examples/minimal/README.md')
    const lists = /^1\.[\s\S]*?(?=^2\.)/m.exec(text)?.[0].match(/`lib\/[^`]+`/g)
    expect(lists).toEqual(exampleNeeds.map((path) => `\`${path}\``))
    const versions = (path: string) => {
      const { dependencies, devDependencies } = JSON.parse(read(path))
      return { ...dependencies, ...devDependencies }
    }
    expect(versions('package.json')).toMatchObject(versions('examples/minimal/package.json'))
  })

  it('imports nothing that its README does not list', () => {
    const has = new Set(filesIn('examples/minimal', ...exampleNeeds).map(({ path }) => path))
    const missing = filesIn('examples/minimal', ...exampleNeeds).flatMap(({ imports }) =>
      imports.flatMap(({ target }) => (target === undefined || has.has(target) ? [] : target)),
    )
    expect(missing).toEqual([])
  })
})
