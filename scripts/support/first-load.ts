import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The scripts that a prerendered page names in its HTML, gzip bytes together. `build`: a `.next` folder. */
export function firstLoadScript(build: string, page: string): number {
  const html = readFileSync(join(build, 'server', 'app', `${page}.html`), 'utf8')
  const tags = [...html.matchAll(/<script[^>]* src="\/_next\/([^"?]+)[^>]*>/g)]
  // Browsers of today skip the polyfills.
  const files = new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, file = '']) => file))
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(build, file))).byteLength, 0)
}
