import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { nodePath, root } from '../../scripts/support/runtime.mjs'

/** Vite's bundler, which Vitest includes. */
const rolldown = join(root, 'node_modules/rolldown/bin/cli.mjs')

/** A page of another site: an own origin with only this script. */
export async function startClientPage(script: string): Promise<{ origin: string; close(): Promise<void> }> {
  const bundled = bundlePage(script)
  const server = createServer((request, response) => {
    if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(bundled)
    else if (request.url === '/')
      response.setHeader('content-type', 'text/html').end('<!doctype html><script src="/page.js"></script>')
    else response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The script with all that it imports, for a page. React is the development version. */
export function bundlePage(script: string): string {
  const folder = join(root, 'test-results', 'client-page')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'page.js'), script)
  const args = [rolldown, 'page.js', '--file', 'bundle.js', '--format', 'iife', '--platform', 'browser']
  const { status, stdout, stderr } = spawnSync(nodePath(), args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`rolldown ended with ${status}: ${stdout}${stderr}`)
  return readFileSync(join(folder, 'bundle.js'), 'utf8')
}
