/** The account's claims: standard ones, and Apple's claim about relay addresses. */
export type AccountClaims = Record<string, string | boolean>

export interface Account {
  /** The label of its button. */
  name: string
  /** What it demonstrates. */
  about: string
  claims: AccountClaims
}

/** Typical readers. Addresses and numbers are reserved for examples. */
export const accounts = {
  verified: {
    name: 'Vera',
    about: 'Her e-mail address is verified.',
    claims: { email: 'vera@example.com', email_verified: true },
  },
  unverified: {
    name: 'Umar',
    about: 'He typed an e-mail address, which is not verified.',
    claims: { email: 'umar@example.com', email_verified: false },
  },
  'no-email': { name: 'Nia', about: 'She shares no address at all.', claims: {} },
  relay: {
    name: 'Ravi',
    about: 'He hides his address behind a relay, as Apple offers it.',
    claims: { email: 'xyz7k2p9qd@privaterelay.appleid.com', email_verified: true, is_private_email: true },
  },
  phone: {
    name: 'Femi',
    about: 'His phone number is verified; he has no e-mail address.',
    claims: { phone_number: '+12025550143', phone_number_verified: true },
  },
  both: {
    name: 'Bo',
    about: 'Her e-mail address and her phone number are both verified.',
    claims: {
      email: 'bo@example.com',
      email_verified: true,
      phone_number: '+12025550199',
      phone_number_verified: true,
    },
  },
  'local-phone': {
    name: 'Lena',
    about: 'Her phone number is verified, and lacks its country code.',
    claims: { phone_number: '2025550117', phone_number_verified: true },
  },
} as const satisfies Record<string, Account>

export type AccountId = keyof typeof accounts
