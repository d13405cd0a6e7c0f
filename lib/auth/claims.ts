import 'server-only'

/** A provider's claims about an account, unchecked. */
export type Claims = Record<string, unknown>

/** Each address claim, and the claim that says whether it is verified. */
const verifiedBy = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const

/**
 * Merges the claims of an id_token and of the userinfo endpoint. Each address keeps the `verified` claim of
 * its own response: one response must never vouch for the other's address. Pure.
 */
export function mergeClaims(idToken: Claims, userinfo: Claims): Claims {
  const answers = [withoutEmpty(idToken), withoutEmpty(userinfo)] as const
  const merged: Claims = { ...answers[1], ...answers[0] }
  for (const [address, verified] of verifiedBy) {
    const source =
      answers.find((claims) => address in claims && verified in claims) ??
      answers.find((claims) => address in claims)
    delete merged[address]
    delete merged[verified]
    if (source) merged[address] = source[address]
    if (source && verified in source) merged[verified] = source[verified]
  }
  return merged
}

/**
 * Some providers send null or empty text where others omit a claim. Such a claim must not hide the other
 * response's.
 */
const withoutEmpty = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => !isEmpty(value)))

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
