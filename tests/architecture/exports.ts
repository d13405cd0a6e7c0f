import { posix } from 'node:path'
import { type Node, parseSync } from 'oxc-parser'
import { filesIn, read, resolve } from './project.ts'

/** An export of an index file, with its definition. */
export interface Exported {
  name: string
  isType: boolean
  definition: Definition
}

export interface Definition {
  name: string
  path: string
  node: Node
  /** The text of the docstring in front of it; empty when there is none. */
  docstring: string
  /** The docstring in front of a place inside it. */
  docstringAt(start: number): string
}

/** Every top-level definition of a folder, by `path#name`. */
export function definitionsIn(folder: string): Map<string, Definition> {
  const all = filesIn(folder).flatMap(({ path }) => definitions(path, read(path)))
  return new Map(all.map((definition) => [`${definition.path}#${definition.name}`, definition]))
}

/** The named re-exports of an index file, which may contain nothing else. */
export function exportsOf(index: string): Exported[] {
  const { module, errors } = parseSync(index, read(index))
  if (errors.length > 0) throw new Error(`${index}: ${errors[0]?.message}`)
  const known = definitionsIn(posix.dirname(index))
  return module.staticExports
    .flatMap(({ entries }) => entries)
    .map(({ exportName, importName, moduleRequest, isType }) => {
      const name = exportName.name ?? '*'
      const path = resolve(index, moduleRequest?.value ?? '') ?? ''
      const definition = known.get(`${path}#${importName.name}`)
      if (!definition) throw new Error(`${index} exports ${name}, whose definition is not in ${path}`)
      return { name, isType, definition }
    })
}

export function definitions(path: string, text: string): Definition[] {
  const { program, comments } = parseSync(path, text)
  const docstringAt = (start: number) => {
    const before = comments.findLast(({ end }) => end <= start)
    const isDocstring = before?.type === 'Block' && before.value.startsWith('*')
    return isDocstring && text.slice(before.end, start).trim() === '' ? before.value : ''
  }
  return program.body.flatMap((statement) => {
    const node = 'declaration' in statement && statement.declaration ? statement.declaration : statement
    return namesOf(node).map((name) => ({
      name,
      path,
      node,
      docstring: docstringAt(statement.start),
      docstringAt,
    }))
  })
}

function namesOf(node: Node): string[] {
  if (node.type === 'VariableDeclaration')
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  return 'id' in node && node.id && 'name' in node.id ? [node.id.name] : []
}

/** Visits a node and everything inside it, each with its parents, outermost first. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const descend = (current: Node, parents: readonly Node[]) => {
    visit(current, parents)
    for (const value of Object.values(current).flat())
      if (typeof value === 'object' && value !== null && 'type' in value)
        descend(value as Node, [...parents, current])
  }
  descend(node, [])
}
