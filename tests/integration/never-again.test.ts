import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: operator.env })
})
afterAll(async () => {
  await site.stop()
  await operator.close()
})

it('U3: an opted-out reader costs one generate call ever: not at sign-ins, pages, choices, or a restart', async () => {
  const visit = async (form: { email: string }) => {
    const reader = visitor(site)
    await reader.signIn(form)
    await reader.choose('granted')
    for (const path of ['/', '/privacy', '/choice']) expect((await reader.fetch(path)).status).toBe(200)
    expect(await reader.identity()).toMatchObject({ status: 'opted_out' })
    expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
  }
  await visit({ email: 'optout@example.com' })
  await visit({ email: ' OptOut@Example.com' })
  await visit({ email: 'optout@example.com' })
  await site.stop()
  site = await startSite({ env: operator.env, dataDir: site.dataDir, port: site.port })
  await visit({ email: 'optout@example.com' })
  expect((await operator.calls()).generate).toBe(1)
})

it('U3: an opt-out answered once survives the process being killed', async () => {
  const reader = visitor(site)
  await reader.signIn({ phone: '+00000000000' })
  expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
  const before = (await operator.calls()).generate
  await site.stop('SIGKILL')
  site = await startSite({ env: operator.env, dataDir: site.dataDir, port: site.port })
  expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
  expect((await operator.calls()).generate).toBe(before)
})

it('U3: another reader in the same browser is not stopped by it', async () => {
  const reader = visitor(site)
  await reader.signIn({ email: 'optout@example.com' })
  await reader.choose('granted')
  await reader.signOut()
  await reader.signIn({ email: 'someone-else@example.com' })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
})
