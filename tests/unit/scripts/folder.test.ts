import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folderFault } from '../../../scripts/support/folder.mjs'
import { root } from '../../../scripts/support/runtime.mjs'

test.each(['#', '?', '%', '*', '\n'])('the tests do not run in a folder with %j in its path', (character) => {
  expect(folderFault(`/srv/a${character}b/`, 'tests')).toContain(JSON.stringify(character))
  expect(folderFault(`/srv/a${character}b/`, 'site') !== null).toBe(character === '#')
})

test.each([' ', 'é', '日本', '&', '[x]', "'", '"', ':', '!', '$', '(x)', '{x}', ';', '@', '+', '~', '|'])(
  'a folder with %j in its path is usable',
  (character) => {
    for (const purpose of ['site', 'tests'] as const)
      expect(folderFault(`/srv/a${character}b/`, purpose)).toBeNull()
  },
)

test('each script that builds or tests reports such a folder in one sentence, and exits with 1', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'lantern-folder-')), 'a#b')
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }))
  for (const part of ['scripts', 'lib/shared'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  for (const script of ['start', 'build', 'dev', 'test', 'soak', 'bench']) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', `${script}.mjs`)])
    expect({ script, status, out: stdout.toString() }).toEqual({ script, status: 1, out: '' })
    expect(stderr.toString()).toMatch(/^\nThe path of this folder has the character "#".*\n\n$/)
  }
})
