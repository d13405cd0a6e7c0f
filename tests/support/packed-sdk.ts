import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { startOperator } from '#lib/sandbox/operator/node.ts'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { pack, packageName } from '../../scripts/package/pack.ts'
import { npm } from '../../scripts/support/npm.mjs'
import { collectOutput } from './site.ts'
import { spawnForTests } from './spawn.ts'

/** Makes every call once. It imports only the package, so that any runtime can run it. */
const consumer = `
import { createUid2Client, hashEmail } from '${packageName}'

export async function makeAllCalls(options) {
  const client = createUid2Client(options)
  const email = 'user@example.com'
  const generated = await client.generateToken({ email })
  const refreshed = await client.refreshToken(generated.identity)
  const isTheirs = await client.validateToken(refreshed.identity.advertising_token, { email })
  return [generated.status, refreshed.status, isTheirs, await hashEmail(email)].join(' ')
}
`

/** What it returns. The hash is that of the official documentation. */
export const allCallsMade = 'success success true tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='

/**
 * A folder that was empty, with the packed SDK installed. Its main.mjs makes every call to the sandbox operator and prints
 * the result.
 */
export async function installPackedSdk() {
  const folder = mkdtempSync(join(tmpdir(), 'uid2-packed-'))
  const tarball = await pack(folder)
  const project = join(folder, 'project')
  mkdirSync(project)
  const write = (name: string, text: string) => writeFileSync(join(project, name), text)
  write('package.json', '{ "private": true, "type": "module" }')
  await run(project, ...npm(['install', '--offline', '--no-audit', '--no-fund', `../${basename(tarball)}`]))
  const operator = await startOperator()
  const options = JSON.stringify({ ...sandboxPublisher, baseUrl: operator.baseUrl, timeoutMs: 60_000 })
  write('consumer.mjs', consumer)
  write(
    'main.mjs',
    `import { makeAllCalls } from './consumer.mjs'\nconsole.log(await makeAllCalls(${options}))\n`,
  )
  return { project, operator, options, installed: join(project, 'node_modules', packageName) }
}

/** What a program prints, until it has ended. */
export async function run(
  cwd: string,
  command: string,
  args: string[],
  options: { shell?: boolean } = {},
): Promise<string> {
  const child = spawnForTests(command, args, { ...options, cwd })
  const output = collectOutput(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${output()}`)
  return output().trim()
}
