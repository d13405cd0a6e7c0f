import { basename } from 'node:path'

/**
 * How to start npm: by the file that runs this script, or by name. On Windows the name is a `npm.cmd`, which
 * only a shell can run. Pure.
 *
 * @param {string[]} args Words without spaces: a shell may read them.
 * @param {{ env: Record<string, string | undefined>, platform: string, execPath: string }} machine
 * @returns {[command: string, args: string[], options: { shell?: boolean }]} For `spawn`.
 */
export function npm(args, machine = process) {
  const { env, platform, execPath } = machine
  const own = env.npm_execpath ?? ''
  // Another package manager sets its own file there.
  if (basename(own) === 'npm-cli.js') return [execPath, [own, ...args], {}]
  return platform === 'win32' ? [['npm', ...args].join(' '), [], { shell: true }] : ['npm', args, {}]
}
