import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { root } from '../support/runtime.mjs'

const folder = join(root, 'docs', 'performance')

/**
 * With `--write`, keeps a result in docs/performance: its numbers as `<name>.json`, its chart as `<name>.svg`, and its
 * table in `page`, between the comments `<!-- <name> -->` and `<!-- /<name> -->`.
 */
export function publish(
  name: string,
  { numbers, chart, table, page }: { numbers: object; chart: string; table: string; page: string },
): void {
  if (!process.argv.includes('--write')) return
  mkdirSync(folder, { recursive: true })
  const machine = { node: process.versions.node, processor: cpus()[0]?.model, cores: cpus().length }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machine, ...numbers }, null, 2)}\n`)
  writeFileSync(join(folder, `${name}.svg`), chart)
  const text = readFileSync(join(folder, page), 'utf8')
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined)
    throw new Error(`docs/performance/${page} has no place for the table: ${begin} … ${end}`)
  writeFileSync(join(folder, page), `${before}${begin}\n\n${table}\n\n${end}${after}`)
}
