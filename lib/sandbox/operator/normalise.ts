import 'server-only'

import { createHash } from 'node:crypto'

/**
 * E-mail normalisation exactly as in the real operator: only ASCII letters are lowered, all spaces of the
 * local part are removed, spaces in the domain stay, and dots and +suffix are removed only for gmail.com.
 * https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 */
export function normaliseEmail(email: string): string | null {
  const [localRaw, domainRaw, ...more] = lowerAscii(email).split('@')
  if (localRaw === undefined || domainRaw === undefined || more.length > 0) return null
  const domain = domainRaw.replace(/ +$/, '')
  const full = localRaw.replaceAll(' ', '')
  const local = domain === 'gmail.com' ? withoutGmailFreedoms(full) : full
  return local === '' || domain === '' ? null : `${local}@${domain}`
}

/** The operator accepts E.164 and normalises nothing. */
export function isPhone(phone: string): boolean {
  return /^\+[0-9]{10,15}$/.test(phone)
}

export function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function withoutGmailFreedoms(local: string): string {
  return (local.split('+')[0] ?? '').replaceAll('.', '')
}
