import 'server-only'

export type Scope = 'uid2' | 'euid'

/** A request as the mounts pass it: raw bytes, lower-case header names, path without the mount's prefix. */
export interface OperatorRequest {
  method: string
  path: string
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
}

export interface OperatorReply {
  status: number
  headers: Record<string, string>
  body: Uint8Array | string
  /** The mount must break the connection instead of sending this reply. */
  fault?: 'reset'
}
