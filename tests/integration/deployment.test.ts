import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'
import { visitor } from '../support/reader.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

let site: Site | undefined
afterEach(() => site?.stop())

it('E3: a proxy for what leaves this machine is not asked for what does not', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`
  site = await startSite({
    env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: nobody, HTTPS_PROXY: nobody, NO_PROXY: '', no_proxy: '' },
  })
  const reader = visitor(site)
  await reader.signIn({ email: 'proxied@example.com' })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
})

it('E4: a value of a .env file that Next changed is named on stderr, once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-env-'))
  for (const name of ['.next', 'node_modules', 'next.config.mjs', 'package.json', 'public', 'app'])
    symlinkSync(join(root, name), join(folder, name))
  writeFileSync(
    join(folder, '.env.local'),
    `SESSION_PASSWORD='canary$HOME${'.'.repeat(32)}'\nPREBID_ACCOUNT_ID=$1\n`,
  )
  site = await startSite({ folder })
  expect(site.log().split('changes what is written for SESSION_PASSWORD, PREBID_ACCOUNT_ID.')).toHaveLength(2)
  expect(site.log()).not.toContain('canary')
})

describe('a connection that waits for its next request', () => {
  const keptAlive = (port: number) =>
    new Promise<string | undefined>((resolve, reject) => {
      const agent = new Agent({ keepAlive: true })
      get({ host: '127.0.0.1', port, path: '/api/health', agent }, (answer) => {
        answer.resume().once('end', () => {
          agent.destroy()
          resolve(answer.headers['keep-alive'] as string | undefined)
        })
      }).once('error', reject)
    })

  // The first answer still has Node's own time in its header.
  const second = async ({ port }: Site) => {
    await keptAlive(port)
    return keptAlive(port)
  }

  it('E5: is kept for longer than a balancer of 60 s keeps it', async () => {
    site = await startSite()
    expect(await second(site)).toBe('timeout=65')
  })

  it('E5: is kept for KEEP_ALIVE_TIMEOUT', async () => {
    site = await startSite({ env: { KEEP_ALIVE_TIMEOUT: '620000' } })
    expect(await second(site)).toBe('timeout=620')
  })
})
