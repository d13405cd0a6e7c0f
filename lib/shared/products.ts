/** Names of the two products, and where people can opt out of each for good. */
export const products = {
  uid2: { name: 'UID2', optOutPortal: 'https://www.transparentadvertising.com/' },
  euid: { name: 'EUID', optOutPortal: 'https://www.transparentadvertising.eu/' },
} as const

export type Product = keyof typeof products
