import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** Whether builds of the real browser SDKs are given. Makes their paths absolute. */
export function sdkBundles() {
  const names = ['UID2_SDK_BUNDLE', 'EUID_SDK_BUNDLE'].filter((name) => process.env[name])
  for (const name of names) {
    process.env[name] = resolve(process.env[name])
    if (existsSync(process.env[name])) continue
    process.stderr.write(`${name}: there is no file ${process.env[name]}\n`)
    process.exit(1)
  }
  return names.length > 0
}
