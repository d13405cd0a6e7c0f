import 'server-only'

import type { OperatorReply, Scope } from './types'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Every reply other than 200 is plain JSON. */
export function errorReply(status: number, code: string, message?: string): OperatorReply {
  const body = message === undefined ? { status: code } : { status: code, message }
  return { status, headers: { ...JSON_TYPE }, body: JSON.stringify(body) }
}

export function clientError(message: string): OperatorReply {
  return errorReply(400, 'client_error', message)
}

/** The same body for every authentication failure, so it does not reveal which. */
export function unauthorized(): OperatorReply {
  return errorReply(401, 'unauthorized')
}

/** The operator's response to its own exceptions. */
export function unknownError(message: string): OperatorReply {
  return errorReply(500, 'unknown', message)
}

export function noActiveKey(): OperatorReply {
  return unknownError('No active encryption key available')
}

/** The framework's own response: text without a content type. */
export function bareReply(status: number, body: string): OperatorReply {
  return { status, headers: {}, body }
}

/** A gateway's response: plain text, no JSON. */
export function textReply(status: number, body: string): OperatorReply {
  return { status, headers: { 'content-type': 'text/plain' }, body }
}

/**
 * The router's response for an unknown path or method. The wording is Vert.x's, inferred from its sources
 * rather than observed.
 */
export function notFound(): OperatorReply {
  const body = '<html><body><h1>Resource not found</h1></body></html>'
  return { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

export function methodNotAllowed(allow: string): OperatorReply {
  return { status: 405, headers: { allow }, body: '' }
}

export function jsonReply(status: number, value: unknown): OperatorReply {
  return {
    status,
    headers: { ...JSON_TYPE, 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}

/** A sealed 200: raw bytes for a client that sent raw bytes, else base64 text. */
export function sealedReply(sealed: Buffer, binary: boolean): OperatorReply {
  return binary
    ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: sealed }
    : { status: 200, headers: { 'content-type': 'text/plain' }, body: sealed.toString('base64') }
}

export function isBinary(contentType: string | undefined): boolean {
  return contentType?.toLowerCase() === 'application/octet-stream'
}

export function docsHost(scope: Scope): string {
  return scope === 'euid' ? 'https://euid.eu' : 'https://unifiedid.com'
}
