import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'
import { proofVisitor } from '../support/proof.ts'
import { newEmail, visitor, withToken } from '../support/reader.ts'
import { sandboxSite } from '../support/shared-site.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

const noServer = `http://127.0.0.1:${await freePort()}`
/** A public sandbox behind a proxy for requests that leave the machine, and a balancer. */
const site = await startSite({
  env: {
    SANDBOX_PUBLIC: 'on',
    KEEP_ALIVE_TIMEOUT: '620000',
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: noServer,
    HTTPS_PROXY: noServer,
    NO_PROXY: '',
    no_proxy: '',
  },
})
afterAll(() => site.stop())

it('a proxy for requests that leave this machine gets none of those that do not (E3)', async () => {
  await withToken(site)
})

describe('a connection that waits for its next request', () => {
  const keptAlive = ({ port }: Site) =>
    new Promise<string | undefined>((resolve, reject) => {
      const agent = new Agent({ keepAlive: true })
      get({ host: '127.0.0.1', port, path: '/api/health', agent }, (answer) => {
        answer.resume().once('end', () => {
          agent.destroy()
          resolve(answer.headers['keep-alive'] as string | undefined)
        })
      }).once('error', reject)
    })

  it.each([
    ['longer than a balancer of 60 s keeps it', sandboxSite, 'timeout=65'],
    ['KEEP_ALIVE_TIMEOUT', async () => site, 'timeout=620'],
  ])('is kept for %s (E5)', async (_, of, timeout) => {
    const kept = await of()
    // The first answer of a site still has Node's own time in its header.
    await keptAlive(kept)
    expect(await keptAlive(kept)).toBe(timeout)
  })
})

it('a public sandbox sends nothing, and has no outbox', async () => {
  expect((await visitor(site).fetch('/sign-in/outbox')).status).toBe(404)
  for (const [kind, value] of [
    ['email', newEmail()],
    ['phone', '+12345678901'],
  ] as const) {
    const answer = await proofVisitor(site).step('ask', { kind, value })
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { error: 'refused', problem: 'not_offered' },
    ])
  }
})

it('a value of a .env file that Next changed is named on stderr, once (E4)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-env-'))
  for (const name of ['.next', 'node_modules', 'next.config.mjs', 'package.json', 'public', 'app'])
    symlinkSync(join(root, name), join(folder, name))
  const lines = [`SESSION_PASSWORD='canary$HOME${'.'.repeat(32)}'`, 'PREBID_ACCOUNT_ID=$1', '']
  writeFileSync(join(folder, '.env.local'), lines.join('\n'))
  const other = await startSite({ folder })
  await other.stop()
  expect(other.log().split('changes what is written for SESSION_PASSWORD, PREBID_ACCOUNT_ID.')).toHaveLength(
    2,
  )
  expect(other.log()).not.toContain('canary')
})
