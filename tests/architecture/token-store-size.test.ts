import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'
import { beforeAll, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'

const LIMIT_BYTES = 2048

let chunks: OutputChunk[]
/** Loaded with the first token: the entry and its static imports. */
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

it('the code that the first token needs is under 2 kB', () => {
  const bytes = eager
    .map(({ code }) => gzipSync(code, { level: 9 }).byteLength)
    .reduce((sum, each) => sum + each, 0)
  expect(bytes).toBeGreaterThan(500)
  expect(bytes).toBeLessThan(LIMIT_BYTES)
})

it('the token store loads only files of lib/ads: no Prebid, no React', () => {
  const files = filesOf(chunks)
  expect(files).toContain(join(root, 'lib/ads/token-store/token-store.ts'))
  expect(files.filter((file) => !file.startsWith(join(root, 'lib/ads/')))).toEqual([])
  expect(chunks.map(({ code }) => code).join('\n')).not.toMatch(/prebid|pbjs|react/i)
})

it('the refresh scheduler loads later, as one file without imports', () => {
  const later = chunks.filter((chunk) => !eager.includes(chunk))
  expect(later).toHaveLength(1)
  expect(filesOf(later)).toContain(join(root, 'lib/ads/token-store/refresh-scheduler.ts'))
  expect(later.flatMap(({ imports }) => imports)).toEqual([])
})
