import { decodeBase64 } from '#lib/sandbox/operator/java-base64.ts'
import { type Answer, type Command, type Context, UsageError } from '../../command-line/command.ts'
import { printable, prose, time } from '../../command-line/terminal.ts'
import { type EnvelopeKind, type Layout, type Part, parseLayout } from '../envelope-layout.ts'
import { envelopeNotes } from '../envelope-notes.ts'
import { maskJson } from '../mask.ts'

const kinds: Record<EnvelopeKind, string> = {
  request: 'request',
  response: 'response',
  refresh: 'response to a refresh',
}
const labels: Record<Part['name'], string> = {
  version: 'version',
  iv: 'IV',
  time: 'time',
  nonce: 'nonce',
  json: 'JSON',
  tag: 'tag',
}

export const decodeEnvelope: Command = {
  name: 'decode-envelope',
  summary: 'Explains the bytes of a request, a response or a response to a refresh',
  argument: 'BODY',
  options: {
    kind: { value: 'KIND', help: 'request, response or refresh; by default it is detected' },
    reveal: { help: 'print the values of the JSON: addresses, hashes, tokens' },
  },
  details: [
    'BODY is base64 as it went over the wire; - reads it from standard input. UID2_CLIENT_SECRET opens requests',
    'and responses. REFRESH_RESPONSE_KEY opens a response to a refresh: it is the refresh_response_key that came',
    'with the refresh token. Without a key, only what is visible from outside is shown.',
  ],
  async run(args, context): Promise<Answer> {
    const kind = readKind(args.text('kind'))
    if (args.argument === undefined) throw new UsageError('Name the body, or -.')
    const body = await context.textOf(args.argument)
    const keys = {
      clientSecret: keyOf(context.env, 'UID2_CLIENT_SECRET'),
      responseKey: keyOf(context.env, 'REFRESH_RESPONSE_KEY'),
    }
    const bytes = Buffer.from(body, 'base64')
    const layout = isBase64(body) ? parseLayout(bytes, keys, kind) : undefined
    const json = layout && parse(layout, args.flag('reveal'))
    const notes = envelopeNotes({
      body,
      bytes,
      layout,
      keys,
      jsonFailed: json === 'broken',
      now: context.now(),
    })
    return {
      ok: layout !== undefined && (layout.opened || !hasKeyFor(layout.kind, keys)) && json !== 'broken',
      json: { ...describe(layout, json), notes },
      lines: (paint) => [
        layout
          ? paint.strong(
              `${kinds[layout.kind]}, ${bytes.length} bytes, ${layout.opened ? 'opened' : 'sealed'}`,
            )
          : paint.bad('not an envelope'),
        ...(layout?.parts ?? []).map((part) => {
          const range = paint.faint(`${String(part.from).padStart(5)} … ${String(part.to).padEnd(5)}`)
          return `${range} ${labels[part.name].padEnd(8)} ${printable(contentOf(part, context.now(), json))}`
        }),
        ...notes.flatMap((note) => ['', ...prose(note, '')]),
      ],
    }
  },
}

function readKind(kind: string | undefined): EnvelopeKind | undefined {
  if (kind === undefined || kind === 'request' || kind === 'response' || kind === 'refresh') return kind
  throw new UsageError('--kind is request, response or refresh.')
}

/** Accepts more than operators do, so that a note can say what is wrong. */
const isBase64 = (body: string) => /^[A-Za-z0-9+/_\s-]+={0,2}\s*$/.test(body)

function keyOf(env: Context['env'], name: string): Buffer | undefined {
  const text = env[name]
  if (!text) return undefined
  const bytes = decodeBase64(text)
  if (bytes?.length === 32) return bytes
  throw new UsageError(`${name} must be base64 of 32 bytes.`)
}

const hasKeyFor = (kind: EnvelopeKind, keys: { clientSecret?: unknown; responseKey?: unknown }) =>
  (kind === 'refresh' ? keys.responseKey : (keys.clientSecret ?? keys.responseKey)) !== undefined

type Json = { value: unknown } | 'sealed' | 'absent' | 'broken'

function parse({ parts }: Layout, reveal: boolean): Json {
  const bytes = parts.find(({ name }) => name === 'json')?.bytes
  if (!bytes) return 'sealed'
  if (bytes.length === 0) return 'absent'
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return { value: reveal ? value : maskJson(value) }
  } catch {
    return 'broken'
  }
}

function contentOf({ name, from, to, bytes }: Part, now: number, json: Json | undefined): string {
  if (!bytes) return `${to - from} bytes, sealed`
  if (name === 'version') return String(bytes[0])
  if (name === 'time') return time(Number(bytes.readBigInt64BE(0)), now)
  if (name !== 'json') return bytes.toString('hex')
  if (json === 'absent') return 'none'
  return typeof json === 'object' ? JSON.stringify(json.value) : `${to - from} bytes that are not JSON`
}

function describe(layout: Layout | undefined, json: Json | undefined) {
  if (!layout) return { kind: null, opened: false, parts: [] }
  const parts = layout.parts.map(({ name, from, to, bytes }) => ({
    ...{ name, from, to },
    ...(bytes && name !== 'json' && name !== 'time' ? { hex: bytes.toString('hex') } : {}),
    ...(bytes && name === 'time' ? { unixMs: Number(bytes.readBigInt64BE(0)) } : {}),
    ...(name === 'json' && typeof json === 'object' ? { json: json.value } : {}),
  }))
  return { kind: layout.kind, opened: layout.opened, parts }
}
