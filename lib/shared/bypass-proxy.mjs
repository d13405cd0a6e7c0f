import http from 'node:http'
import https from 'node:https'

// Plain JavaScript: the scripts need it before anything is installed.

/** With and without brackets: `fetch` compares the host of the URL, `node:http` its address. */
const loopback = ['localhost', '127.0.0.1', '[::1]', '::1']

/**
 * `NO_PROXY` with this machine in it. Pure.
 * @param {string | undefined} given
 */
export function withLoopback(given = '') {
  // Only by itself it means every host.
  if (given.trim() === '*') return given
  const named = given.split(/[\s,]+/).filter((name) => name !== '' && !loopback.includes(name))
  return [...named, ...loopback].join(',')
}

/**
 * Requests to this machine never go to a proxy. With NODE_USE_ENV_PROXY=1 (Node 24.5 and later) they would, unless
 * NO_PROXY names it; other programs that we start read NO_PROXY too. Call once, before the first request.
 */
export function bypassProxyForLoopback() {
  // As Node reads them: the lower-case one first.
  const list = withLoopback(process.env.no_proxy || process.env.NO_PROXY)
  process.env.no_proxy = list
  process.env.NO_PROXY = list
  // `fetch` reads NO_PROXY at each request, these agents once, as the process starts.
  for (const protocol of [http, https]) {
    /** @type {http.AgentOptions & { proxyEnv?: unknown }} */
    const options = protocol.globalAgent.options
    if (options.proxyEnv) protocol.globalAgent = new protocol.Agent({ ...options, proxyEnv: process.env })
  }
}
