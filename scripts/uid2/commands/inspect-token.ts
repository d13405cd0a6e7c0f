import { readToken } from '#lib/sandbox/buyer/token.ts'
import {
  type Answer,
  type Arguments,
  type Command,
  type Context,
  UsageError,
} from '../../command-line/command.ts'
import { pairs, prose } from '../../command-line/terminal.ts'
import { requireCredentials } from '../credentials.ts'
import { fetchKeys, type Keys, parseKeys } from '../keys.ts'
import {
  type Advertising,
  type Header,
  isWhole,
  type Opened,
  openAdvertising,
  openRefresh,
  type Refresh,
  readHeader,
  type Secrets,
  tokenBytes,
} from '../token-layout.ts'
import { advertisingRows, headerRows, type Inspection, refreshRows, unopened } from '../token-report.ts'

export const inspectToken: Command = {
  name: 'inspect-token',
  summary: 'Explains an advertising or refresh token: from outside, or with keys from inside',
  argument: 'TOKEN',
  options: {
    keys: { value: 'FILE', help: 'keys as JSON; - reads them from standard input' },
    'fetch-keys': { help: 'ask the operator for keys; needs a buyer’s or sharer’s API key' },
    reveal: { help: 'print the raw UID, which identifies a person' },
  },
  details: [
    'TOKEN - reads the token from standard input. FILE holds the answer of /v2/key/bidstream or /v2/key/sharing,',
    'its body alone, or {"101": "base64", …}. Only the operator’s own refresh key opens refresh tokens.',
  ],
  async run(args, context): Promise<Answer> {
    if (args.argument === undefined) throw new UsageError('Name the token, or -.')
    const token = await context.textOf(args.argument)
    const keys = await readKeys(args, context)
    const { ok, json, rows, notes } = inspect(token, keys, context, args.flag('reveal'))
    return {
      ok,
      json: { ...json, notes },
      lines: (paint) => [
        ...(rows.length > 0 ? pairs(rows, paint) : [paint.bad('not a token')]),
        ...notes.flatMap((note) => ['', ...prose(note, '')]),
      ],
    }
  },
}

async function readKeys(args: Arguments, context: Context): Promise<Keys | undefined> {
  const file = args.text('keys')
  if (file !== undefined && args.flag('fetch-keys'))
    throw new UsageError('Give --keys or --fetch-keys, not both.')
  if (args.flag('fetch-keys')) return fetchKeys(requireCredentials(context.env), context)
  return file === undefined ? undefined : parseKeys(await context.contentOf(file))
}

function inspect(token: string, keys: Keys | undefined, { env, now }: Context, reveal: boolean): Inspection {
  const bytes = tokenBytes(token)
  const header = bytes && readHeader(bytes)
  if (!bytes || !header)
    return {
      ok: false,
      json: { type: null },
      rows: [],
      notes: ['This is neither an advertising token of version 2, 3 or 4 nor a refresh token.'],
    }
  const opened = keys && open(bytes, header, keys.secrets)
  // Some tokens have this information only inside.
  const { scope = header.scope, identity = header.identity } = opened?.ok ? opened.value : header
  const known = { ...header, scope, identity }
  const rows = headerRows(known)
  const notes: string[] = []
  if (scope && env.UID2_PRODUCT && scope !== env.UID2_PRODUCT)
    notes.push(`It is a token of ${scope.toUpperCase()}, but UID2_PRODUCT is the other product.`)
  if (!isWhole(bytes, header))
    notes.push(`Its length of ${bytes.length} bytes is wrong: it was cut or changed.`)
  if (!opened) return { ok: notes.length === 0, json: { ...known, opened: false }, rows, notes }

  if (!opened.ok) {
    const why = unopened(opened, header)
    return { ok: false, json: { ...known, opened: false, why: opened.why }, rows, notes: [...notes, why] }
  }
  const at = now()
  const inside =
    'uid' in opened.value ? advertisingRows(opened.value, at, reveal) : refreshRows(opened.value, at, reveal)
  const expired = opened.value.expiresAt < at
  if (expired) notes.push('It has expired.')
  // The sandbox's buyer does not read version 2.
  const buyer =
    header.type === 'advertising' && header.version !== 2 && keys.ring
      ? readToken(token, keys.ring, at)
      : undefined
  if (buyer && !buyer.ok) notes.push(`A buyer refuses it: ${buyer.refusal}.`)
  return {
    ok: notes.length === 0,
    json: {
      ...known,
      opened: true,
      expired,
      ...inside.json,
      ...(buyer ? { buyer: buyer.ok ? buyer.reading.token : buyer.refusal } : {}),
    },
    rows: [...rows, ...inside.rows],
    notes,
  }
}

const open = (bytes: Buffer, header: Header, secrets: Secrets): Opened<Advertising | Refresh> =>
  header.type === 'advertising'
    ? openAdvertising(bytes, header, secrets)
    : openRefresh(bytes, header, secrets)
