import 'server-only'
import { posix } from 'node:path'

/** `from '…'`, `import '…'` and `import('…')`, as this project's formatter writes them. */
const specifier = /(\bfrom |\bimport |\bimport\()'([^'\n]+)'/g

/** What the text of a module imports, as written. */
export const importsOf = (text: string): string[] =>
  [...text.matchAll(specifier)].map(([, , source]) => source as string)

/** The text with other specifiers. */
export const replaceImports = (text: string, replace: (source: string) => string): string =>
  text.replace(specifier, (_, before: string, source: string) => `${before}'${replace(source)}'`)

/** The name of a package from a specifier: `next/server` is of `next`. */
export const packageOf = (source: string): string =>
  source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/')

/** How a file imports another, both by their paths. */
export function relativeSpecifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/(\/index)?\.tsx?$/, '')
  return path.startsWith('.') ? path : `./${path}`
}
