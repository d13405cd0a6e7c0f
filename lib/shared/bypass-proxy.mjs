import http from 'node:http'
import https from 'node:https'

// Plain JavaScript, because the scripts need it before anything is installed.

/** With and without brackets: `fetch` compares the URL's host, `node:http` the address. */
const loopback = ['localhost', '127.0.0.1', '[::1]', '::1']

/**
 * `NO_PROXY` with this machine added. Pure.
 * @param {string | undefined} given
 */
export function withLoopback(given = '') {
  // `*` means every host only when it stands alone.
  if (given.trim() === '*') return given
  const named = given.split(/[\s,]+/).filter((name) => name !== '' && !loopback.includes(name))
  return [...named, ...loopback].join(',')
}

/**
 * Keeps requests to this machine away from an HTTP proxy. With NODE_USE_ENV_PROXY=1 (Node 24.5 and later)
 * they would use it, unless NO_PROXY names this machine. Programs that we start read NO_PROXY too. Call once,
 * before the first request.
 */
export function bypassProxyForLoopback() {
  // In Node's order: the lower-case name wins.
  const list = withLoopback(process.env.no_proxy || process.env.NO_PROXY)
  process.env.no_proxy = list
  process.env.NO_PROXY = list
  // `fetch` reads NO_PROXY at each request. These agents read it once, when the process starts.
  for (const protocol of [http, https]) {
    /** @type {http.AgentOptions & { proxyEnv?: unknown }} */
    const options = protocol.globalAgent.options
    if (options.proxyEnv) protocol.globalAgent = new protocol.Agent({ ...options, proxyEnv: process.env })
  }
}
