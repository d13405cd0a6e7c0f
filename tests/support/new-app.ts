import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { generated } from '../../scripts/support/build.mjs'
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

/**
 * The files that a publisher copies for one purpose, and the packages that they need beside Next, React and
 * Node.
 */
export const parts: { name: string; files: string[]; packages: string[] }[] = [
  { name: 'the SDK', files: ['lib/uid2'], packages: [] },
  { name: 'the core', files: ['lib/uid2', 'lib/identity'], packages: ['iron-session'] },
  {
    name: 'the policies',
    files: ['lib/uid2', 'lib/identity', 'lib/policies'],
    packages: ['@iabgpp/cmpapi', 'iron-session', 'zod'],
  },
  {
    name: 'the stores without a database',
    files: [
      'lib/uid2',
      'lib/identity',
      'lib/consent/store.ts',
      'lib/consent/memory.ts',
      'lib/consent/own-table.ts',
    ],
    packages: ['iron-session'],
  },
  {
    name: 'the auction on the server',
    files: [
      'lib/ads/server',
      'lib/ads/banner-markup.ts',
      'lib/ads/openrtb-macros.ts',
      'lib/identity/public-identity.ts',
    ],
    packages: ['zod'],
  },
  {
    name: 'the token in the page',
    files: ['lib/ads/token-store', 'lib/identity/public-identity.ts'],
    packages: [],
  },
  { name: 'the token in the page, given to Prebid and cleared', files: tokenToPrebid, packages: [] },
  {
    name: 'the minimal app',
    files: ['examples/minimal', ...exampleNeeds],
    packages: ['iron-session', 'next-auth', 'prebid.js'],
  },
  {
    name: 'the ad stack',
    // With its tag's types: @types/google-publisher-tag.
    files: ['lib/ads', 'lib/identity/public-identity.ts'],
    packages: ['prebid.js', 'zod'],
  },
]

/** tsconfig.json as create-next-app 16 writes it. */
const tsconfig = {
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
    paths: { '@/*': ['./*'] },
  },
  include: ['next-env.d.ts', '**/*.ts', '**/*.tsx', '.next/types/**/*.ts', '.next/dev/types/**/*.ts'],
  exclude: ['node_modules'],
}

/** Not what builds leave there. */
const isSource = (path: string) => !generated.test(basename(path))

/**
 * An app as create-next-app leaves it, with all parts. Without "imports" and "type" in its package.json,
 * `#lib/…` is not found.
 */
export function writeNewApp(folder: string, packageJson: object = {}): void {
  rmSync(folder, { recursive: true, force: true })
  for (const path of new Set(parts.flatMap(({ files }) => files))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(root, path), join(folder, path), { recursive: true, filter: isSource })
  }
  const write = (name: string, content: object) =>
    writeFileSync(join(folder, name), JSON.stringify(content, null, 2))
  write('package.json', { name: 'app', version: '0.1.0', private: true, ...packageJson })
  write('tsconfig.json', tsconfig)
  writeFileSync(join(folder, 'next-env.d.ts'), '/// <reference types="next" />\n')
}
