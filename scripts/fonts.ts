// Makes the site's fonts: the characters and weights that the pages use, and no more. `npm run fonts`.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { npm } from './support/npm.mjs'
import { mustRun } from './support/run.mjs'
import { root } from './support/runtime.mjs'
import { step } from './support/say.mjs'

const tools = join(root, 'test-results', 'fonts')
const folder = join(root, 'app', '_ui', 'fonts')

/** English, with typographic signs and the letters of names. Others are shown in a font of the system. */
const ascii = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(0x20 + index)).join('')
const characters = `${ascii}\u00a0§°·×½–—‘’“”•…€→−ÄÉÖÜßàáâäçèéêëíîïñóôöúùûü`

/** Kerning, ligatures and accents, and the figures that the style sheets choose from. */
const keepFeatures = ['kern', 'liga', 'calt', 'ccmp', 'locl', 'mark', 'mkmk', 'lnum', 'pnum', 'tnum']

/** Of each axis what the style sheets use; a number is fixed. `opsz`: the size of the text, px. */
const fonts: { name: string; of: string; file: string; axes: object }[] = [
  {
    name: 'newsreader',
    of: 'newsreader',
    file: 'newsreader-latin-opsz-normal',
    axes: { wght: { min: 400, max: 700 }, opsz: { min: 12, max: 72 } },
  },
  {
    name: 'newsreader-italic',
    of: 'newsreader',
    file: 'newsreader-latin-wght-italic',
    axes: { wght: 400 },
  },
  {
    name: 'inter',
    of: 'inter',
    file: 'inter-latin-wght-normal',
    axes: { wght: { min: 400, max: 600 } },
  },
  {
    name: 'jetbrains-mono',
    of: 'jetbrains-mono',
    file: 'jetbrains-mono-latin-wght-normal',
    axes: { wght: { min: 400, max: 600 } },
  },
]

mkdirSync(tools, { recursive: true })
writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true }))
const sources = [...new Set(fonts.map(({ of }) => `@fontsource-variable/${of}@5.3.0`))]
const [command, args, options] = npm([
  'install',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  'subset-font@2.9.0',
  ...sources,
])
await mustRun(command, args, { ...options, cwd: tools })

type Subset = (font: Buffer, text: string, options: object) => Promise<Buffer>
const main = pathToFileURL(join(tools, 'node_modules/subset-font/index.js')).href
const { default: subset }: { default: Subset } = await import(main)

mkdirSync(folder, { recursive: true })
for (const { name, of, file, axes } of fonts) {
  const from = join(tools, 'node_modules/@fontsource-variable', of)
  const whole = readFileSync(join(from, 'files', `${file}.woff2`))
  const made = await subset(whole, characters, { targetFormat: 'woff2', variationAxes: axes, keepFeatures })
  writeFileSync(join(folder, `${name}.woff2`), made)
  copyFileSync(join(from, 'LICENSE'), join(folder, `${of}.LICENSE.txt`))
  step(`${name}.woff2: ${made.length} of ${whole.length} bytes`)
}
