import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adSetups } from '#app/_ads/ad-config.ts'
import { patterns } from '../../app/(lab)/_patterns.ts'
import { root } from '../../scripts/support/runtime.mjs'
import { projectFiles, read } from './project.ts'

const documents = projectFiles.filter((path) => path.endsWith('.md'))

/** Text without code blocks and code spans. */
const prose = (markdown: string) =>
  markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '').replaceAll(/`[^`\n]*`/g, '')

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[`*]/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

const anchors = (path: string) => {
  const text = read(path).replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '')
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchor(match[1] ?? ''))
  return [...headings, ...[...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map((match) => match[1])]
}

function brokenLinks(path: string): string[] {
  const links = [...prose(read(path)).matchAll(/\]\(<?([^)\s>]+)>?(?:\s"[^"]*")?\)/g)].map(
    (it) => it[1] ?? '',
  )
  return links
    .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
    .filter((link) => {
      const [file = '', fragment] = link.split('#')
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file))
      if (target.startsWith('..') || !existsSync(join(root, target))) return true
      return Boolean(fragment) && target.endsWith('.md') && !anchors(target).includes(fragment)
    })
}

describe('the documents', () => {
  it.each(documents)('%s has no broken link', (path) => {
    expect(brokenLinks(path)).toEqual([])
  })

  it('name only tests that exist', () => {
    const missing = documents.flatMap((path) =>
      [...read(path).matchAll(/\btests\/[\w./-]+\.(?:test|spec)\.tsx?\b/g)]
        .map((match) => match[0])
        .filter((named) => !existsSync(join(root, named)))
        .map((named) => `${path}: ${named}`),
    )
    expect(missing).toEqual([])
  })

  it('quote the names of tests exactly', () => {
    const plain = (text: string) => text.replaceAll(/\\|['"`]/g, '')
    const quotes = [...read('docs/pitfalls.md').matchAll(/\]\(\.\.\/(tests\/[^)]+)\): (.+?)(?= · \[| \|$)/gm)]
    expect(quotes.length).toBeGreaterThan(100)
    const moved = quotes.filter(([, file = '', name = '']) => !plain(read(file)).includes(plain(name)))
    expect(moved.map(([, file, name]) => `${file}: ${name}`)).toEqual([])
  })

  it('name the ids of a test at the end of its title, never first', () => {
    const idFirst = /^.*(?:\(|^\s*)(['"`])[A-Z]{1,2}-?\d+[a-z]?(?:, [A-Z]{1,2}-?\d+[a-z]?)*: .*$/gm
    expect(`it('K6, U9b${': '}with'`.match(idFirst)).toHaveLength(1)
    const tests = projectFiles.filter((path) => path.startsWith('tests/') && path.endsWith('.ts'))
    expect(tests.length).toBeGreaterThan(100)
    expect(tests.flatMap((path) => read(path).match(idFirst) ?? [])).toEqual([])
  })

  it('state the Ad Manager setting for each owner of secure signals and each pattern with Google’s tag (G4)', () => {
    const owners = [...new Set(Object.values(adSetups).map(({ secureSignals }) => secureSignals))]
    const table = read('docs/channels.md')
    for (const owner of owners)
      expect(table, `${owner}`).toMatch(new RegExp(`^\\| \`${owner}\` \\| \\w`, 'm'))
    const settings = patterns.flatMap(({ setup, adManager }) =>
      setup && adSetups[setup].gpt ? [{ setup, adManager }] : [],
    )
    expect(settings.length).toBeGreaterThan(3)
    for (const { setup, adManager } of settings)
      expect(adManager, setup).toMatch(/deploy|Prebid User ID module/)
  })
})
