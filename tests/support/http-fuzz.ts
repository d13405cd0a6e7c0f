import { readdirSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { root } from '../../scripts/support/runtime.mjs'
import { bodies, endings, headerLists, methods, otherPaths } from './http-fuzz-material.ts'
import { articles, identityCookie } from './publication.ts'
import { cookieOf, type Visitor, visitor } from './reader.ts'
import type { Site } from './site.ts'

/** Values for folders in brackets, so that requests reach the routes behind them. */
const examples: Record<string, string[]> = {
  slug: [articles.second, 'nothing'],
  pattern: ['prebid', 'nothing'],
  form: ['choice', 'delete-records', 'sign-out', 'nothing'],
  step: ['provider', 'ask', 'finish', 'demo', 'nothing'],
  script: ['gpt.js', 'nothing'],
  nextauth: [
    'session',
    'csrf',
    'signin',
    'signin/demo',
    'callback/demo',
    'signout',
    'error',
    '_log',
    'nothing',
  ],
  path: ['v2/token/generate', 'v2/token/refresh', 'v2/key/bidstream', 'ops/healthcheck', 'faults', 'nothing'],
}

/** Every route below app/, from its files. */
function routesOfApp(folder = join(root, 'app'), paths = ['']): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (/^(page\.tsx|route\.ts)$/.test(entry.name)) return paths.map((path) => path || '/')
    if (!entry.isDirectory() || entry.name.startsWith('_')) return []
    const [, parameter] = /^\[+(?:\.\.\.)?(\w+)\]+$/.exec(entry.name) ?? []
    const steps = parameter ? (examples[parameter] ?? ['nothing']).map((it) => `/${it}`) : [`/${entry.name}`]
    const next = entry.name.startsWith('(')
      ? paths
      : paths.flatMap((path) => steps.map((step) => path + step))
    return routesOfApp(join(folder, entry.name), next)
  })
}

/** Every route with each of these methods, as Next would take it for an action, a prefetch or its own router. */
export function routeRequests(methods: readonly string[], origin: string): HostileRequest[] {
  const headerLists: Record<string, string>[] = [
    { 'next-action': 'x', 'content-type': 'multipart/form-data; boundary=b' },
    { 'next-router-prefetch': '1', rsc: '1', origin },
    { 'next-router-state-tree': 'x', rsc: '1', 'content-type': 'application/json', origin },
  ]
  const senders = ['stranger', 'a', 'b'] as const
  return routesOfApp().flatMap((path) =>
    methods.flatMap((method) =>
      headerLists.map((headers, index) => ({
        method,
        path,
        headers,
        body: method === 'GET' || method === 'HEAD' ? null : '{"x',
        sender: senders[index] ?? 'stranger',
      })),
    ),
  )
}

export interface HostileRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string | null
  sender: 'stranger' | 'a' | 'b'
}

const paths = [...routesOfApp(), ...otherPaths]

/** A request that our code would never send, chosen by `random(n)`, which returns 0 … n-1. */
export function hostileRequest(random: (below: number) => number, origin: string): HostileRequest {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
  const method = pick(methods)
  const headers: Record<string, string> = {}
  if (random(3) === 0) headers.rsc = '1'
  for (let count = random(5); count > 0; count--) Object.assign(headers, pick(headerLists))
  if (method !== 'GET' && random(3) > 0) headers.origin = origin
  const body = method === 'GET' && random(10) > 0 ? null : pick(bodies)
  if (body === null) delete headers['transfer-encoding']
  else if (!headers['transfer-encoding']) headers['content-length'] = String(Buffer.byteLength(body))
  return { method, path: pick(paths) + pick(endings), headers, body, sender: pick(['stranger', 'a', 'b']) }
}

export interface Readers {
  a: Visitor
  b: Visitor
  /** Secrets of A that must not be in another reader's response. */
  secretsOfA: string[]
}

let people = 0

/** Two readers who consented. */
export async function twoReaders(site: Site): Promise<Readers> {
  const [a, b] = [visitor(site), visitor(site)]
  const email = `zq7-a-${people++}@example.com`
  await a.signIn({ email })
  await b.signIn({ email: `zq7-b-${people}@example.com` })
  const identity = await a.choose('granted')
  await b.choose('granted')
  if (identity.status !== 'available') throw new Error(identity.status)
  const cookies = [identityCookie, 'next-auth.session-token'].map((name) => a.jar.get(name) ?? '')
  return { a, b, secretsOfA: [email, identity.advertisingToken, ...cookies].filter((it) => it !== '') }
}

/** What is wrong with the site's response; empty if nothing is. */
export async function findFault(site: Site, readers: Readers, hostile: HostileRequest): Promise<string[]> {
  const { sender, method, body } = hostile
  const headers = { ...hostile.headers }
  if (sender !== 'stranger')
    headers.cookie = [headers.cookie, cookieOf(readers[sender])].filter(Boolean).join('; ')
  let answer = await send(site, method, hostile.path, headers, body)
  const { location } = answer.headers
  // Next redirects its router to a URL that depends on the request.
  if (answer.status === 307 && location?.startsWith('/'))
    answer = await send(site, method, location, headers, body)
  const wrong: string[] = []
  if (answer.status >= 500) wrong.push(`is answered ${answer.status}`)
  if (/^\s+at .+:\d+|node_modules/m.test(answer.text)) wrong.push('shows a stack')
  if (location && !location.startsWith(site.origin) && !/^\/(?![/\\])/.test(location))
    wrong.push(`leads to ${location}`)
  const seen = answer.text + JSON.stringify(answer.headers)
  if (sender !== 'a' && readers.secretsOfA.some((secret) => seen.includes(secret)))
    wrong.push('shows data of another reader')
  return wrong.map(
    (what) => `${method} ${hostile.path} ${what}: ${JSON.stringify({ ...hostile, path: undefined })}`,
  )
}

/** Faults of the site's responses to these requests, 16 of them at a time. */
export async function findFaults(
  site: Site,
  readers: Readers,
  requests: readonly HostileRequest[],
): Promise<string[]> {
  const left = [...requests]
  const wrong: string[] = []
  while (left.length > 0) {
    const found = await Promise.all(left.splice(0, 16).map((it) => findFault(site, readers, it)))
    wrong.push(...found.flat())
  }
  return wrong
}

/** Stacks and errors in the log. Hostile requests must cause none. */
export const strangeLines = (log: string): string[] =>
  log.split('\n').filter((line) => line.startsWith('⨯') || /^\s+at |Error\b/.test(line))

interface Answer {
  /** 0: the connection was closed without a response, as for invalid HTTP. 599: no response at all. */
  status: number
  headers: IncomingHttpHeaders
  text: string
}

function send(
  site: Site,
  ...[method, path, headers, body]: [string, string, Record<string, string>, string | null]
) {
  return new Promise<Answer>((resolve) => {
    const none = () => resolve({ status: 0, headers: {}, text: '' })
    const target = { host: '127.0.0.1', port: site.port, agent: false, path, method, headers }
    const outgoing = httpRequest(target, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (part: string) => {
        text += part
      })
      incoming.once('error', none)
      incoming.once('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      )
    })
    outgoing.once('error', none)
    outgoing.once('upgrade', none)
    outgoing.setTimeout(20_000, () => {
      resolve({ status: 599, headers: {}, text: '' })
      outgoing.destroy()
    })
    outgoing.end(body)
  })
}
