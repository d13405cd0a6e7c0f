import 'server-only'

/** What a provider says of an account, as it says it. */
export type Claims = Record<string, unknown>

/** What is proved, and the claim that says that it is. */
const proved = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const

/**
 * The claims of an id_token and of the userinfo endpoint as one. Each address stays with the word on
 * whether *it* is verified: an address of one answer must never be vouched for by the other. Pure.
 */
export function mergeClaims(idToken: Claims, userinfo: Claims): Claims {
  const answers = [withoutEmpty(idToken), withoutEmpty(userinfo)] as const
  const merged: Claims = { ...answers[1], ...answers[0] }
  for (const [address, verified] of proved) {
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

/** Providers write null or empty text where others leave a claim out: it says nothing, so it hides nothing. */
const withoutEmpty = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => !isEmpty(value)))

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
