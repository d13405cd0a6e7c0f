import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildItem } from '#lib/registry/build.ts'
import { items } from '#lib/registry/items.ts'
import { sourcesIn } from '#lib/registry/sources.ts'
import { root } from '../../scripts/support/runtime.mjs'

/** docs/channels.md lists them. */
export const tokenToPrebid = [
  'lib/identity/public-identity.ts',
  'lib/ads/token-store/token-store.ts',
  'lib/ads/token-store/transitions.ts',
  'lib/ads/token-store/browser.ts',
  'lib/ads/token-store/refresh-scheduler.ts',
  'lib/ads/prebid/prebid-token.ts',
]

/** Its README lists them. */
export const exampleNeeds = [
  'lib/uid2',
  'lib/identity',
  'lib/consent/store.ts',
  'lib/consent/memory.ts',
  'lib/ads/token-store',
  'lib/ads/prebid/prebid-token.ts',
]

/** tsconfig.json as create-next-app 16 writes it. `@/*` leads to `src/` in an app that has one. */
const tsconfig = (sourceFolder: string) => ({
  compilerOptions: {
    target: 'ES2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    allowJs: true,
    skipLibCheck: true,
    strict: true,
    noEmit: true,
    esModuleInterop: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: 'react-jsx',
    incremental: true,
    plugins: [{ name: 'next' }],
    paths: { '@/*': [`./${sourceFolder}*`] },
  },
  include: ['next-env.d.ts', '**/*.ts', '**/*.tsx', '.next/types/**/*.ts', '.next/dev/types/**/*.ts'],
  exclude: ['node_modules'],
})

/** A folder with files; those that were there before are gone. */
export function writeFolder(folder: string, files: Record<string, string | object>): void {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(
      join(folder, path),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    )
  }
}

/**
 * What create-next-app leaves. Without "imports" and "type" in its package.json, `#lib/…` is not found.
 * `sourceFolder`: '' or 'src/'.
 */
export const newApp = (packageJson: object = {}, sourceFolder: '' | 'src/' = '') => ({
  'package.json': { name: 'app', version: '0.1.0', private: true, ...packageJson },
  'tsconfig.json': tsconfig(sourceFolder),
  'next-env.d.ts': '/// <reference types="next" />\n',
})

/** The files of all items of the registry, where they go in an app. */
export const takenFiles = (): Record<string, string> =>
  Object.fromEntries(
    Object.keys(items).flatMap((name) =>
      buildItem(name, sourcesIn(root), 'http://localhost').files.map(({ target, content }) => [
        target,
        content,
      ]),
    ),
  )
