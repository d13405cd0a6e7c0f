import { execFile, execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withLoopback } from '#lib/shared/bypass-proxy.mjs'
import { nodePath, root } from '../../../scripts/support/runtime.mjs'
import { bareEnvironment } from '../../support/site.ts'

const whole = 'localhost,127.0.0.1,[::1],::1'

/** Node takes proxies from the environment since 24.5. */
function knowsProxies(): boolean {
  const version = execFileSync(nodePath(), ['-p', 'process.versions.node'], { encoding: 'utf8' })
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5)
}

describe('NO_PROXY', () => {
  it.each([
    [undefined, whole],
    ['', whole],
    ['example.com, .internal', `example.com,.internal,${whole}`],
    ['localhost', whole],
    [whole, whole],
    ['10.0.0.1:8080 ::1', `10.0.0.1:8080,${whole}`],
    ['*', '*'],
  ])('of %j becomes %j, with this machine', (given, list) => {
    expect(withLoopback(given)).toBe(list)
  })
})

/** Node reads proxies as it starts, so each request needs a new process. */
const program = `
import http from 'node:http'
import { bypassProxyForLoopback } from './lib/shared/bypass-proxy.mjs'
bypassProxyForLoopback()
const viaHttp = (url) => new Promise((resolve) =>
  http.get(url, async (answer) => resolve((await answer.toArray()).join(''))).on('error', (error) => resolve(error.code)))
const viaFetch = (url) => fetch(url).then((answer) => answer.text(), (error) => error.cause?.code)
const answers = []
for (const url of process.argv.slice(1)) answers.push(await viaFetch(url), await viaHttp(url))
console.log(JSON.stringify(answers))
`

describe('with a proxy in the environment', () => {
  const listening = (host: string, answer: string) =>
    new Promise<Server>((resolve) => {
      const server: Server = createServer((_, response) => response.end(answer)).listen(0, host, () =>
        resolve(server),
      )
      // A tunnel, as `fetch` requests it; the proxy answers what is sent through it.
      server.on('connect', (_, socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.once('data', () =>
          socket.end(
            `HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\nConnection: close\r\n\r\n${answer}`,
          ),
        )
      })
    })
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  let proxy: Server
  let own: Server
  beforeAll(async () => {
    proxy = await listening('127.0.0.1', 'proxy')
    own = await listening('::', 'own')
  })
  afterAll(() => {
    proxy.close()
    own.close()
  })

  const routesOf = async (urls: string[], env: Record<string, string>) => {
    const { NO_PROXY: _, no_proxy: __, ...bare } = bareEnvironment()
    const { stdout } = await promisify(execFile)(
      nodePath(),
      ['--input-type=module', '-e', program, ...urls],
      {
        cwd: root,
        env: { ...bare, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}`, ...env },
      },
    )
    return JSON.parse(stdout)
  }

  it.each([{}, { NO_PROXY: 'internal.example' }, { no_proxy: '', NO_PROXY: 'x' }])(
    'a request to this machine bypasses it, by fetch and by node:http, with %j (E3)',
    async (env) => {
      const urls = ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${portOf(own)}/`)
      expect(await routesOf(urls, env)).toEqual(Array.from({ length: 6 }, () => 'own'))
    },
  )

  it.skipIf(!knowsProxies())('a request to another host uses it', async () => {
    expect(await routesOf(['http://operator.invalid/'], {})).toEqual(['proxy', 'proxy'])
  })
})
