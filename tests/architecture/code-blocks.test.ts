import { describe, expect, it, vi } from 'vitest'
import { codeBlocks, typeErrors } from './code-blocks.ts'
import { projectFiles, read } from './project.ts'

vi.setConfig({ testTimeout: 60_000 })

const documents = projectFiles.filter((path) => path.endsWith('.md'))
const blocks = documents.flatMap((path) => codeBlocks(path, read(path)))

describe('code blocks in the documents', () => {
  it('compile one by one, under the project’s settings', () => {
    expect(typeErrors(blocks, 'code-blocks')).toEqual([])
  })

  it('name their language, so that no TypeScript goes unchecked', () => {
    const languages = ['ts', 'tsx', 'sh', 'ini', 'json', 'http', 'mermaid', 'text']
    expect(blocks.filter(({ language }) => language.startsWith('ts')).length).toBeGreaterThan(1)
    const others = blocks.filter(({ language }) => !languages.includes(language))
    expect(others.map(({ document, line }) => `${document}:${line}`)).toEqual([])
  })
})

describe('the check of code blocks', () => {
  const document = [
    '# Title',
    '```ts',
    'const right: number = 1',
    '```',
    'and',
    '',
    '  ~~~tsx',
    '  const element = <p>{missing}</p>',
    '  ~~~',
    '```ts',
    "import { hashEmail } from './index.ts'",
    'const hash: string = await hashEmail(7)',
    'switch (hash) {',
    "  case 'a': // nothing yet",
    '}',
    '```',
    '```sh',
    'const not: typescript = 0',
    '```',
  ].join('\n')
  const found = codeBlocks('lib/uid2/EXAMPLE.md', document)

  it('finds every block with its language and first line', () => {
    expect(found.map(({ language, line }) => `${language}:${line}`)).toEqual([
      'ts:3',
      'tsx:8',
      'ts:11',
      'sh:18',
    ])
  })

  it('reports document and line of each compile error, and nothing else', () => {
    expect(typeErrors(found, 'code-blocks-example').sort()).toEqual([
      expect.stringMatching(/^lib\/uid2\/EXAMPLE\.md:12: TS2345: /),
      expect.stringMatching(/^lib\/uid2\/EXAMPLE\.md:8: TS2304: .*missing/),
    ])
  })
})
