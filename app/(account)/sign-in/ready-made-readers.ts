export interface ReadyMadeReader {
  name: string
  kind: 'email' | 'phone'
  value: string
  /** What the visitor will see. */
  what: string
}

export const readyMadeReaders: readonly ReadyMadeReader[] = [
  {
    name: 'An ordinary reader',
    kind: 'email',
    value: 'reader@example.com',
    what: 'Say yes on the next page, and a token goes out with the ads.',
  },
  {
    name: 'Opted out of UID2',
    kind: 'email',
    value: 'optout@example.com',
    what: 'Say yes, and UID2 answers that this reader has opted out. No token, and we never ask again.',
  },
  {
    name: 'Opts out a little later',
    kind: 'email',
    value: 'refresh-optout@example.com',
    what: 'Gets a token, and loses it for good when it is renewed for the first time.',
  },
  {
    name: 'Signs in by phone',
    kind: 'phone',
    value: '+12345678901',
    what: 'The same as the first, made from a phone number.',
  },
  {
    name: 'Hides behind a relay',
    kind: 'email',
    value: 'k2x9@privaterelay.appleid.com',
    what: 'An address that Apple made for one site. We make nothing of it, and do not even ask.',
  },
  {
    name: 'Gmail, with dots and a plus',
    kind: 'email',
    value: 'Jane.Saoirse+Lantern@gmail.com',
    what: 'Counts as janesaoirse@gmail.com: every spelling of one mailbox is one person.',
  },
]
