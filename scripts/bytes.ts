// What a page loads before anything happens, from the last build: `npm run check`.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { articles } from '../tests/support/publication.ts'
import { fingerprintOf, sources } from './support/build.mjs'
import { firstLoadScript } from './support/first-load.ts'
import { root } from './support/runtime.mjs'

/** Of an app with nothing but a link, measured by `npm run bench -- framework`. Measure again for another Next. */
const framework = { next: '16.4.5', bytes: 138_795 }
const OWN_BYTES = 3_000

const build = join(root, '.next')
const marker = join(build, 'built-from')
const next = JSON.parse(readFileSync(join(root, 'node_modules/next/package.json'), 'utf8')).version
if (!existsSync(marker) || readFileSync(marker, 'utf8') !== fingerprintOf(sources))
  console.log(
    '– first-load script: not measured, because the last build is not of these sources (npm run build)',
  )
else if (next !== framework.next) {
  console.log(`✗ first-load script: measure Next ${next} by itself: npm run bench -- framework`)
  process.exitCode = 1
} else {
  const page = `articles/${articles.first}`
  const own = firstLoadScript(build, page) - framework.bytes
  const isOver = own > OWN_BYTES
  console.log(
    `${isOver ? '✗' : '✓'} first-load script of an article beside Next: ${own} of at most ${OWN_BYTES} bytes`,
  )
  if (isOver) process.exitCode = 1
}
