import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'
import { beforeAll, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'

const LIMIT_BYTES = 2048

let chunks: OutputChunk[]
/** What is there before or with the first token: the entry and all that it imports statically. */
let eager: OutputChunk[]

beforeAll(async () => {
  const bundle = await rolldown({
    input: join(root, 'lib/ads/token-store/token-store.ts'),
    platform: 'browser',
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  chunks = output.filter((it) => it.type === 'chunk')
  eager = chunks.filter(({ isEntry }) => isEntry)
  for (const { imports } of eager) {
    for (const name of imports) {
      const chunk = chunks.find(({ fileName }) => fileName === name)
      if (chunk === undefined) throw new Error(`${name} is no part of the token store`)
      if (!eager.includes(chunk)) eager.push(chunk)
    }
  }
})

const filesOf = (some: OutputChunk[]) => some.flatMap(({ modules }) => Object.keys(modules))

it('what the first token needs of the token store is under 2 kB', () => {
  const bytes = eager
    .map(({ code }) => gzipSync(code, { level: 9 }).byteLength)
    .reduce((sum, each) => sum + each, 0)
  expect(bytes).toBeGreaterThan(500)
  expect(bytes).toBeLessThan(LIMIT_BYTES)
})

it('the token store is of lib/ads alone: no Prebid, no React, and nothing of theirs later either', () => {
  const files = filesOf(chunks)
  expect(files).toContain(join(root, 'lib/ads/token-store/token-store.ts'))
  expect(files.filter((file) => !file.startsWith(join(root, 'lib/ads/')))).toEqual([])
  expect(chunks.map(({ code }) => code).join('\n')).not.toMatch(/prebid|pbjs|react/i)
})

it('what keeps a token fresh comes later, in one piece, and brings nothing of the first along', () => {
  const later = chunks.filter((chunk) => !eager.includes(chunk))
  expect(later).toHaveLength(1)
  expect(filesOf(later)).toContain(join(root, 'lib/ads/token-store/refresh-scheduler.ts'))
  expect(later.flatMap(({ imports }) => imports)).toEqual([])
})
