import 'server-only'
import { posix } from 'node:path'
import { importsOf, packageOf, relativeSpecifier, replaceImports } from './imports'
import { type Item, items } from './items'

/** The repository's files, by their paths from its root. */
export interface Sources {
  /** Null where there is no such file. */
  read(path: string): string | null
  /** All files below a folder; none for a file. */
  list(folder: string): string[]
}

/** An item as `shadcn add` reads it: https://ui.shadcn.com/docs/registry/registry-item-json */
export interface RegistryItem {
  $schema: string
  name: string
  type: 'registry:item'
  title: string
  description: string
  dependencies: string[]
  devDependencies: string[]
  registryDependencies: string[]
  envVars: Readonly<Record<string, string>>
  docs: string
  files: { path: string; type: 'registry:file'; target: string; content: string }[]
}

/** What every taker has: a Next app with its own sign-in. */
const ownPackages = new Set(['next', 'react', 'next-auth'])
const mustInstall = (name: string): boolean => !ownPackages.has(name) && !name.startsWith('node:')

/**
 * One item with the contents of its files. `origin`: where the items are served, such as `https://example.com`.
 *
 * @throws Error for a file that does not exist or that the item would have to import from elsewhere
 */
export function buildItem(name: string, sources: Sources, origin: string): RegistryItem {
  const item = itemOf(name)
  const files = filesOf(name, sources)
  const targets = { ...targetsOf(name) }
  const packages = new Set(
    files.flatMap((path) => importsOf(requireText(path, sources)).filter(isPackage).map(packageOf)),
  )
  const { dependencies, devDependencies } = JSON.parse(requireText('package.json', sources)) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const exact = (package_: string) =>
    `${package_}@${(dependencies[package_] ?? devDependencies[package_]) as string}`
  return {
    $schema: 'https://ui.shadcn.com/schema/registry-item.json',
    name,
    // Universal: with such files alone, shadcn asks for no set-up, and finds `src/` by itself.
    type: 'registry:item',
    title: item.title,
    description: item.description,
    dependencies: [...packages].filter(mustInstall).sort().map(exact),
    devDependencies: (item.devPackages ?? []).map(exact),
    registryDependencies: (item.needs ?? []).map((needed) => `${origin}/r/${needed}.json`),
    envVars: item.variables ?? {},
    docs: item.next,
    files: files.map((path) => {
      const target = targets[path] ?? path
      return { path, type: 'registry:file', target, content: contentOf(path, target, targets, sources) }
    }),
  }
}

const itemOf = (name: string): Item => {
  if (!Object.hasOwn(items, name)) throw new Error(`There is no item ${name}.`)
  return items[name as keyof typeof items]
}

/** Its own files and all that they import, without what a needed item brings. */
export function filesOf(name: string, sources: Sources): string[] {
  const { files, needs = [] } = itemOf(name)
  const brought = new Set(needs.flatMap((needed) => withNeeds(needed, sources)))
  const found = new Set<string>()
  const waiting = files.flatMap((path) => (sources.read(path) === null ? modulesIn(path, sources) : [path]))
  for (const path of waiting) {
    if (brought.has(path) || found.has(path)) continue
    found.add(path)
    for (const source of importsOf(requireText(path, sources)))
      if (!isPackage(source)) waiting.push(resolveImport(path, source, sources))
  }
  return [...found].sort()
}

const withNeeds = (name: string, sources: Sources): string[] => [
  ...filesOf(name, sources),
  ...(itemOf(name).needs ?? []).flatMap((needed) => withNeeds(needed, sources)),
]

/** Where files go that do not keep their path, those of needed items too. */
const targetsOf = (name: string): Record<string, string> => {
  const { targets = {}, needs = [] } = itemOf(name)
  return Object.assign({}, ...needs.map(targetsOf), targets)
}

const modulesIn = (folder: string, { list }: Sources): string[] => {
  const modules = list(folder).filter((path) => /\.tsx?$/.test(path))
  if (modules.length === 0) throw new Error(`There is no file or folder ${folder}.`)
  return modules
}

const isPackage = (source: string): boolean => !/^(\.|@\/)/.test(source)

/** The file that an import names. `@/` is the root, or the example's own folder. */
function resolveImport(from: string, source: string, { read }: Sources): string {
  const path = source.startsWith('@/') ? source.slice(2) : posix.join(posix.dirname(from), source)
  const found = [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((file) => read(file) !== null)
  if (!found) throw new Error(`${from} imports ${source}, which does not exist.`)
  return found
}

/** Imports by relative paths: no alias and no setting is needed. */
const contentOf = (path: string, target: string, targets: Record<string, string>, sources: Sources): string =>
  replaceImports(requireText(path, sources), (source) => {
    if (isPackage(source)) return source
    const imported = resolveImport(path, source, sources)
    return relativeSpecifier(target, targets[imported] ?? imported)
  })

function requireText(path: string, { read }: Sources): string {
  const text = read(path)
  if (text === null) throw new Error(`There is no file ${path}.`)
  return text
}
