import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { root } from '../../scripts/support/runtime.mjs'

/** An import or re-export. */
export interface Import {
  /** As written. */
  source: string
  /** Path in the project; undefined for a package and for a module of Node. */
  target: string | undefined
  /** Erased by the compiler: nothing is loaded. */
  typeOnly: boolean
}

export interface SourceFile {
  path: string
  text: string
  directive: string | undefined
  imports: Import[]
  /** The source of the first statement, if that is an import. */
  firstImport: string | undefined
}

const outsideGit = /^(\.git|node_modules|\.next|\.data|test-results|playwright-report|\.env(\.local)?)$/

/** Every file of the project that git knows or does not ignore, by its path from the root. */
export const projectFiles: string[] = listFiles().filter((path) => existsSync(join(root, path)))

function listFiles(): string[] {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    return execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .split('\0')
      .filter(Boolean)
  } catch {
    // A copy without git.
    const walk = (folder: string): string[] =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter(({ name }) => !outsideGit.test(name))
        .flatMap((entry) =>
          entry.isDirectory()
            ? walk(posix.join(folder, entry.name))
            : entry.name.endsWith('.tsbuildinfo') || entry.name === 'next-env.d.ts'
              ? []
              : posix.join(folder, entry.name),
        )
    return walk('')
  }
}

const files = new Set(projectFiles)

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

export const sourceFiles: SourceFile[] = projectFiles
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
  .map((path) => parse(path, read(path)))

const byPath = new Map(sourceFiles.map((file) => [file.path, file]))

export const sourceFile = (path: string): SourceFile | undefined => byPath.get(path)

export const filesIn = (...folders: string[]): SourceFile[] =>
  sourceFiles.filter(({ path }) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)))

export function parse(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  const imports: Import[] = []
  const add = (source: string, typeOnly: boolean) =>
    imports.push({ source, target: resolve(path, source), typeOnly })
  let firstImport: string | undefined
  let directive: string | undefined
  for (const [index, node] of program.body.entries()) {
    if (node.type === 'ExpressionStatement' && 'directive' in node && node.directive)
      directive ??= node.directive
    if (node.type === 'ImportDeclaration') {
      add(node.source.value, node.importKind === 'type')
      if (index === 0) firstImport = node.source.value
    }
    if ((node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') && node.source)
      add(node.source.value, node.exportKind === 'type')
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(['"`])([^$]+)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))
    if (literal?.[2]) add(literal[2], false)
  }
  return { path, text, directive, imports, firstImport }
}

/** Path in the project of an import, with the ending that it may leave out. */
export function resolve(from: string, source: string): string | undefined {
  if (source.startsWith('#')) return source.slice(1)
  if (!source.startsWith('.') && !source.startsWith('@/')) return undefined
  // In examples/minimal.
  const path = source.startsWith('@/') ? source.slice(2) : posix.join(dirname(from), source)
  return ['', '.ts', '.tsx', '/index.ts'].map((end) => path + end).find((it) => files.has(it)) ?? path
}

/** Every file that is loaded with `path`, itself included, each with the chain of imports to it. */
export function reachableFrom(path: string, withTypes = false): Map<string, string[]> {
  const chains = new Map([[path, [path]]])
  for (const [current, chain] of chains) {
    const file = byPath.get(current)
    if (!file) continue
    for (const { target, typeOnly } of file.imports)
      if (target && (withTypes || !typeOnly) && !chains.has(target)) chains.set(target, [...chain, target])
  }
  return chains
}
