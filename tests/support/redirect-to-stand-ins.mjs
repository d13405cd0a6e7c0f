// Loaded before the site's own code (NODE_OPTIONS=--import): redirects requests to Google, Apple and
// Facebook to stand-ins on this machine. openid-client looks `https.request` up at each call.
import http from 'node:http'
import https from 'node:https'

const { STAND_IN_PORT = '', STAND_IN_HOSTS = '' } = process.env
const hosts = new Set(STAND_IN_HOSTS.split(','))
const realRequest = https.request

https.request = (...args) => {
  const [url, options] = args
  if (typeof url !== 'string' || !hosts.has(new URL(url).host)) return realRequest(...args)
  const { host, pathname, search } = new URL(url)
  const headers = { ...options.headers, host }
  return http.request(`http://127.0.0.1:${STAND_IN_PORT}${pathname}${search}`, { ...options, headers })
}
