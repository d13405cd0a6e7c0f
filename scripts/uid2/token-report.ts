import { time } from '../command-line/terminal.ts'
import type { Advertising, Header, Opened, Refresh } from './token-layout.ts'

type Row = readonly [name: string, value: string]

export interface Inspection {
  readonly ok: boolean
  readonly json: Readonly<Record<string, unknown>>
  readonly rows: readonly Row[]
  readonly notes: string[]
}

const types: Record<Header['type'], string> = {
  advertising: 'advertising token',
  refresh: 'refresh token',
  'inner-refresh': 'inner refresh token',
}

export function headerRows({ type, version, scope, identity, keyId }: Header): Row[] {
  return [
    ['token', version === undefined ? types[type] : `${types[type]}, version ${version}`],
    ['scope', scope?.toUpperCase() ?? 'not contained'],
    ['identity', identity === 'email' ? 'e-mail' : (identity ?? 'not contained')],
    [type === 'advertising' ? 'master key' : 'refresh key', String(keyId)],
  ]
}

export function advertisingRows(
  token: Advertising,
  now: number,
  reveal: boolean,
): Pick<Inspection, 'json' | 'rows'> {
  const { createdAt, expiresAt, siteKeyId, siteId, establishedAt, refreshedAt, uid } = token
  const rawUid = uid.toString('base64')
  const privacy = privacyOf(token.privacyBits)
  return {
    json: {
      ...{ createdAt, expiresAt, establishedAt, refreshedAt, siteId, siteKeyId },
      privacy,
      rawUidVersion: rawUidVersion(uid),
      ...(reveal ? { rawUid } : {}),
    },
    rows: [
      ...(createdAt === undefined ? [] : [['created', time(createdAt, now)] as const]),
      ['expires', time(expiresAt, now)],
      ['established', time(establishedAt, now)],
      ...(refreshedAt === undefined ? [] : [['refreshed', time(refreshedAt, now)] as const]),
      ['site', String(siteId)],
      ['site key', String(siteKeyId)],
      ['privacy bits', describePrivacy(privacy)],
      [
        'raw UID',
        `version ${rawUidVersion(uid)}, ${reveal ? rawUid : `${uid.length} bytes (--reveal prints it)`}`,
      ],
    ],
  }
}

export function refreshRows(token: Refresh, now: number, reveal: boolean): Pick<Inspection, 'json' | 'rows'> {
  const { createdAt, expiresAt, establishedAt, siteId } = token
  const firstLevelHash = token.firstLevelHash.toString('base64')
  const privacy = privacyOf(token.privacyBits)
  return {
    json: {
      ...{ createdAt, expiresAt, establishedAt, siteId, privacy },
      ...(reveal ? { firstLevelHash } : {}),
    },
    rows: [
      ['created', time(createdAt, now)],
      ['expires', time(expiresAt, now)],
      ['established', time(establishedAt, now)],
      ['site', String(siteId)],
      ['privacy bits', describePrivacy(privacy)],
      ['hash', reveal ? firstLevelHash : `${token.firstLevelHash.length} bytes (--reveal prints it)`],
    ],
  }
}

export function unopened(opened: Extract<Opened<unknown>, { ok: false }>, { type }: Header): string {
  if (opened.why === 'damaged') return 'It opens, but its content is not a token: it is damaged.'
  if (opened.why === 'key-wrong')
    return 'It does not open: the key with this number is a different one, or the token is damaged.'
  return type === 'advertising'
    ? `The keys lack key ${opened.keyId}: they are of another environment, too old, or may not read this site’s tokens.`
    : `The keys lack key ${opened.keyId}: it is the operator’s own, and no endpoint returns it.`
}

function privacyOf(bits: number) {
  return { bits, clientSideGenerated: (bits & 2) !== 0, clientSideOptOut: (bits & 4) !== 0 }
}

function describePrivacy({
  bits,
  clientSideGenerated,
  clientSideOptOut,
}: ReturnType<typeof privacyOf>): string {
  const made = clientSideGenerated ? 'generated in the browser (bit 1)' : 'generated on a server'
  return `${bits}: ${made}${clientSideOptOut ? ', opted out (bit 2)' : ''}`
}

/** 32 bytes are version 2. Longer ones begin with a byte whose bit 5 marks version 4. */
function rawUidVersion(uid: Buffer): 2 | 3 | 4 {
  if (uid.length === 32) return 2
  return ((uid[0] ?? 0) & 0x20) === 0 ? 3 : 4
}
