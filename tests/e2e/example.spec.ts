import { test } from '@playwright/test'
import { example } from '../../scripts/support/build.mjs'
import { npm } from '../../scripts/support/npm.mjs'
import { bareEnvironment, collectOutput, freePort } from '../support/site.ts'
import { spawnForTests } from '../support/spawn.ts'
import { useExample } from './example-acts.ts'

/** `npm start` in examples/minimal, until it is ready. Builds the app, if needed. */
async function npmStart() {
  const [command, args, options] = npm(['start'])
  const env = { ...bareEnvironment(), PORT: String(await freePort()) }
  const child = spawnForTests(command, args, { ...options, cwd: example.folder, env })
  const log = collectOutput(child)
  await new Promise<void>((resolve, reject) => {
    child.once('close', () => reject(new Error(log())))
    // Its last line.
    child.stdout?.on('data', () => /^Next: /m.test(log()) && resolve())
  })
  const printed = (pattern: RegExp) => pattern.exec(log())?.[1] ?? ''
  return {
    origin: printed(/^ready (\S+)/m),
    operatorUrl: printed(/^UID2_BASE_URL=(\S+)/m),
    stop: () => child.kill(),
  }
}

test('examples/minimal: npm start, sign in, yes, bid, refresh in the proxy, sign out, no', async ({
  browser,
}) => {
  const { origin, operatorUrl, stop } = await npmStart()
  await useExample(browser, origin, operatorUrl)
  stop()
})
