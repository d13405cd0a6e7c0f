import { expect, test } from 'vitest'
import { npm } from '../../../scripts/support/npm.mjs'

const machine = { env: {}, platform: 'linux', execPath: '/bin/node' }

test.each([
  ['itself, when npm runs the script', { env: { npm_execpath: '/lib/npm/bin/npm-cli.js' } }, '/bin/node'],
  ['its name, when another program does', {}, 'npm'],
  ['its name, when another package manager does', { env: { npm_execpath: '/lib/pnpm.cjs' } }, 'npm'],
])('npm is started by %s', (_, change, command) => {
  const [started, args, options] = npm(['ci', '--no-fund'], { ...machine, ...change })
  expect(started).toBe(command)
  expect(args.slice(-2)).toEqual(['ci', '--no-fund'])
  expect(options).toEqual({})
})

test('on Windows npm is a command file, which only a shell runs', () => {
  expect(npm(['ci', '--no-fund'], { ...machine, platform: 'win32' })).toEqual([
    'npm ci --no-fund',
    [],
    { shell: true },
  ])
})
