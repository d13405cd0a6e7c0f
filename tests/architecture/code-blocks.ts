import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { packageName } from '../../scripts/package/pack.ts'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'

export interface CodeBlock {
  /** The document's path in the project. */
  document: string
  language: string
  /** Line of the document on which the code begins. */
  line: number
  code: string
}

const fence = /^([ \t]*)(`{3,}|~{3,})([^\n]*)\n([\s\S]*?)^[ \t]*\2[ \t]*$/gm

export function codeBlocks(document: string, markdown: string): CodeBlock[] {
  return [...markdown.matchAll(fence)].map((match) => {
    const [, , , info = '', code = ''] = match
    const line = markdown.slice(0, match.index).split('\n').length + 1
    return { document, language: info.trim().split(/\s/)[0] ?? '', line, code }
  })
}

/**
 * Type errors of the TypeScript blocks, as `document:line: message`. Each block is a module beside its
 * document, so that relative imports resolve from there.
 */
export function typeErrors(blocks: CodeBlock[], name: string): string[] {
  const folder = join(root, 'test-results', name)
  rmSync(folder, { recursive: true, force: true })
  for (const { document, language, line, code } of blocks) {
    if (language !== 'ts' && language !== 'tsx') continue
    const path = join(folder, `${document}.${line}.${language}`)
    mkdirSync(dirname(path), { recursive: true })
    // Keeps the line numbers of the document.
    writeFileSync(path, `${'\n'.repeat(line - 1)}${code}export {}\n`)
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: {
        rootDirs: ['.', '../..'],
        paths: { [packageName]: ['../../lib/uid2/index.ts'] },
        noUnusedLocals: false,
        noUnusedParameters: false,
        incremental: false,
      },
      // With the project's own augmentations of packages.
      include: ['**/*.ts', '**/*.tsx', '../../next-env.d.ts', '../../lib/**/*.ts'],
      exclude: [],
    }),
  )
  const { stdout, stderr, status } = spawnSync(nodePath(), [bin.tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const errors = stdout.split('\n').filter((text) => /error TS\d+/.test(text))
  if (status !== 0 && errors.length === 0) throw new Error(`tsc ended with ${status}: ${stdout}${stderr}`)
  return errors.map((text) => {
    const [, path = '', line, message] = /^(.+?)\((\d+),\d+\): error (.+)$/.exec(text) ?? []
    if (!line) return text
    return `${relative(folder, join(folder, path)).replace(/\.\d+\.tsx?$/, '')}:${line}: ${message}`
  })
}
