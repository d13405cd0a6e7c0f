import { describe, expect, it } from 'vitest'
import { type Definition, definitions, definitionsIn, exportsOf, walk } from './exports.ts'

const exported = exportsOf('lib/uid2/index.ts')
const everything = [...definitionsIn('lib/uid2').values()]
const source = /@see (https:\/\/unifiedid\.com\/docs\/\S|docs\/protocol\.md)/
const inMs = /\bms\b/

/** Numbers that are not times. */
const counts = /^(httpStatus|status|siteId|length|retries)$/

const isFunction = ({ node }: Definition) =>
  node.type === 'FunctionDeclaration' ||
  (node.type === 'VariableDeclaration' && node.declarations[0]?.init?.type === 'ArrowFunctionExpression')

/** Names of the functions that throw, directly or through another function of the list. */
function throwing(functions: Definition[]): Set<string> {
  const found = new Set<string>()
  const throws = ({ node }: Definition) => {
    let does = false
    walk(node, (inner) => {
      if (inner.type === 'ThrowStatement') does = true
      if (inner.type === 'CallExpression' && inner.callee.type === 'Identifier')
        does ||= found.has(inner.callee.name)
    })
    return does
  }
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const definition of functions) if (throws(definition)) found.add(definition.name)
  }
  return found
}

/** Times whose unit neither their name nor a docstring gives. */
function unitless({ node, docstring, docstringAt }: Definition): string[] {
  const wrong: string[] = []
  walk(node, (inner, parents) => {
    if (inner.type !== 'TSNumberKeyword' || parents.some(({ type }) => type === 'BlockStatement')) return
    const named = parents.findLast((it) => 'key' in it || it.type === 'Identifier')
    const name = named && ('key' in named ? (named.key as { name?: string }).name : nameOf(named))
    if (!named || !name || /Ms$/.test(name) || counts.test(name)) return
    if (!inMs.test(docstring) && !inMs.test(docstringAt(named.start))) wrong.push(name)
  })
  return wrong
}

const nameOf = (node: object) => ('name' in node ? String(node.name) : undefined)

const methodsOf = ({ node, docstringAt }: Definition): [name: string, docstring: string][] => {
  const methods: [string, string][] = []
  walk(node, (inner) => {
    if (inner.type === 'TSMethodSignature' && 'name' in inner.key)
      methods.push([String(inner.key.name), docstringAt(inner.start)])
  })
  return methods
}

describe('everything that lib/uid2 exports is documented at its definition', () => {
  it('each export has a docstring', () => {
    expect(exported.length).toBeGreaterThan(10)
    expect(exported.filter(({ definition }) => !definition.docstring.trim()).map(({ name }) => name)).toEqual(
      [],
    )
  })

  it('each function and method names its source in the protocol', () => {
    const functions = exported.filter(({ definition }) => isFunction(definition))
    expect(functions.length).toBeGreaterThan(5)
    const methods = exported.flatMap(({ name, definition }) =>
      methodsOf(definition).map(([method, docstring]) => ({ name: `${name}.${method}`, docstring })),
    )
    expect(methods.length).toBeGreaterThan(2)
    const documented = functions.map(({ name, definition }) => ({ name, docstring: definition.docstring }))
    const undocumented = [...documented, ...methods].filter(({ docstring }) => !source.test(docstring))
    expect(undocumented.map(({ name }) => name)).toEqual([])
  })

  it('each function that throws documents its errors', () => {
    const throwers = throwing(everything.filter(isFunction))
    expect([...throwers]).toEqual(
      expect.arrayContaining(['requireOpaqueText', 'normalizeEmail', 'hashEmail']),
    )
    const silent = exported.filter(
      ({ definition: { name, docstring } }) => throwers.has(name) && !/@throws \S/.test(docstring),
    )
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('each time is documented as ms', () => {
    const wrong = exported.flatMap(({ name, definition }) =>
      unitless(definition).map((it) => `${name}: ${it}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('the check of the docstrings', () => {
  const example = definitions(
    'example.ts',
    `/** Of the next one. */
     const next = 1
     export function bare(now: number) { return deep() }
     function deep() { throw new Error() }
     /** Times are ms. */
     export interface Told { from: number }
     export interface Untold { from: number; timeoutMs: number; httpStatus: number; now: () => number
       /** In ms. */ until?: number }
     // No docstring.
     export type Bare = string`,
  )
  const named = (name: string) => example.find((it) => it.name === name) as Definition

  it('only a comment right before a definition is its docstring', () => {
    expect(example.map(({ name, docstring }) => [name, docstring.trim()])).toEqual([
      ['next', '* Of the next one.'],
      ['bare', ''],
      ['deep', ''],
      ['Told', '* Times are ms.'],
      ['Untold', ''],
      ['Bare', ''],
    ])
  })

  it('a function that calls a throwing one counts as throwing', () => {
    expect(throwing(example.filter(isFunction))).toEqual(new Set(['bare', 'deep']))
  })

  it('times without a unit are found', () => {
    expect(unitless(named('bare'))).toEqual(['now'])
    expect(unitless(named('Told'))).toEqual([])
    expect(unitless(named('Untold'))).toEqual(['from', 'now'])
  })
})
