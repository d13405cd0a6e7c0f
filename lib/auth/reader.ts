import 'server-only'

/** Directly identifying information that a sign-in proved. A phone number is in E.164. */
export interface Dii {
  kind: 'email' | 'phone'
  value: string
}

/** Why a session has no DII that may be used; reasons of the identity JSON have the same names. */
export type NoDii = 'no_dii' | 'unverified' | 'relay_address' | 'bad_phone'

/** Who is signed in: all that the rest of the site knows of any sign-in. */
export interface Reader {
  /** `<provider>:<keyed hash of the provider's subject>`: stable for one account. */
  sub: string
  /** Random for each sign-in. */
  sid: string
  /** What the sign-in proved, or why there is nothing that may be used. */
  dii: Dii | NoDii
  /** Also proved. Never used instead, but an opt-out of it counts. */
  otherDii: readonly Dii[]
  /** How pages call the reader. */
  maskedName: string
  /** Unix ms at which the session ends. */
  sessionEnds: number
}
