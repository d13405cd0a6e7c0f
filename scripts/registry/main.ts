import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { registryFile, registryFiles } from '#lib/registry/index.ts'
import { sourcesIn } from '#lib/registry/sources.ts'
import { root } from '../support/runtime.mjs'

const [folder, origin] = process.argv.slice(2)
if (!folder || !origin || !URL.canParse(origin)) {
  console.error(`npm run registry -- FOLDER URL

Writes the registry of patterns to FOLDER/r, for any static host. URL: where FOLDER is served, such as
https://example.com: the items name each other by it.`)
  process.exit(2)
}
const to = join(resolve(folder), 'r')
mkdirSync(to, { recursive: true })
for (const name of registryFiles) {
  const built = registryFile(name, sourcesIn(root), new URL(origin).href.replace(/\/$/, ''))
  writeFileSync(join(to, name), `${JSON.stringify(built, null, 2)}\n`)
}
console.log(`${registryFiles.length} files in ${to}`)
