// Counts what a reader of the code has to read, and checks its budgets: `npm run check`.
import { builtinModules } from 'node:module'
import { parseSync } from 'oxc-parser'
import { filesIn, projectFiles, read, type SourceFile, sourceFile } from '../tests/architecture/project.ts'

const linesOf = (text: string) => text.trimEnd().split('\n').length

/** Lines that are neither blank nor a comment. */
function codeLines(path: string): number {
  let text = read(path)
  if (/\.(ts|tsx|mjs)$/.test(path))
    for (const { start, end } of parseSync(path, text).comments)
      text = text.slice(0, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ') + text.slice(end)
  else text = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
  return text.split('\n').filter((line) => line.trim() !== '').length
}

interface Size {
  files: number
  lines: number
  code: number
}

const sizeOf = (paths: string[]): Size => ({
  files: paths.length,
  lines: paths.reduce((sum, path) => sum + linesOf(read(path)), 0),
  code: paths.reduce((sum, path) => sum + codeLines(path), 0),
})

/** What some files import, types too: our files, themselves included, and packages. */
function closureOf(...paths: string[]): { paths: string[]; packages: string[] } {
  const found = new Set(paths)
  const packages = new Set<string>()
  for (const path of found)
    for (const { source, target } of sourceFile(path)?.imports ?? [])
      if (target !== undefined) found.add(target)
      else if (!source.startsWith('node:') && !builtinModules.includes(source))
        packages.add(source.split('/', source.startsWith('@') ? 2 : 1).join('/'))
  return { paths: [...found], packages: [...packages].sort() }
}

/** The longest chain of imports among some files. Imports of types load nothing, and do not count. */
function longestChain(files: SourceFile[]): string[] {
  const own = new Map(files.map((file) => [file.path, file]))
  const known = new Map<string, string[]>()
  const from = (path: string): string[] => {
    const targets = (own.get(path)?.imports ?? []).flatMap(({ target = '', typeOnly }) =>
      own.has(target) && !typeOnly ? target : [],
    )
    const chain = known.get(path) ?? [path, ...longest(targets.map(from))]
    known.set(path, chain)
    return chain
  }
  return longest(files.map(({ path }) => path).map(from))
}

const longest = (chains: string[][]): string[] =>
  chains.reduce((best, chain) => (chain.length > best.length ? chain : best), [])

const pathsIn = (...folders: string[]) => filesIn(...folders).map(({ path }) => path)
const counted = projectFiles.filter((path) => /\.(ts|tsx|mjs|css|md)$/.test(path))
const partOf = (path: string) => /^(lib\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? 'top level'
const parts = [...new Set(counted.map(partOf))]

const core = sizeOf(pathsIn('lib/identity'))
const proxy = closureOf('proxy.ts')
const pattern = closureOf(...pathsIn('lib/uid2', 'lib/identity'))
const chain = longestChain(filesIn('lib/identity'))
/** The rows of the table of our own terms. */
const terms = (/^## (?:Terms|Words)[\s\S]*?(?=^## |$(?![\s\S]))/m.exec(read('docs/map.md'))?.[0] ?? '')
  .split('\n')
  .filter((line) => /^\| (?!\||-)/.test(line))
  .slice(1)

const table = [
  ...parts.map((part) => ({ what: part, ...sizeOf(counted.filter((path) => partOf(path) === part)) })),
  { what: 'all', ...sizeOf(counted) },
  { what: 'reached from proxy.ts', ...sizeOf(proxy.paths) },
  { what: 'lib/uid2 + lib/identity', ...sizeOf(pattern.paths) },
]
console.table(Object.fromEntries(table.map(({ what, ...size }) => [what, size])))
console.log(`packages reached from proxy.ts: ${proxy.packages.join(', ')}`)
console.log(`packages of lib/uid2 + lib/identity: ${pattern.packages.join(', ')}`)
console.log(`longest chain in lib/identity: ${chain.map((path) => path.split('/').at(-1)).join(' → ')}`)

const example = sizeOf(projectFiles.filter((path) => /^examples\/minimal\/.*(?<!\.md)$/.test(path)))

const budgets: [what: string, is: number, atMost: number][] = [
  ['files of lib/identity', core.files, 10],
  ['lines of code of lib/identity', core.code, 800],
  ['files reached from proxy.ts', proxy.paths.length, 80],
  ['lines of code reached from proxy.ts', sizeOf(proxy.paths).code, 4600],
  ['packages reached from proxy.ts', proxy.packages.length, 12],
  ['files of lib/uid2 + lib/identity', pattern.paths.length, 28],
  ['lines of code of lib/uid2 + lib/identity', sizeOf(pattern.paths).code, 1900],
  ['files in the longest chain of lib/identity', chain.length, 5],
  ['lines of examples/minimal', example.lines, 350],
  ['terms of our own in docs/map.md', terms.length, 10],
]
for (const [what, is, atMost] of budgets) {
  const isOver = is > atMost
  console.log(`${isOver ? '✗' : '✓'} ${what}: ${is} of at most ${atMost}`)
  if (isOver) process.exitCode = 1
}
