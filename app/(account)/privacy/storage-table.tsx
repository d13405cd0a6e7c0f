const kept = (product: string, handoff: 'server' | 'client') => [
  {
    what: 'Your address or number',
    where: 'In your sign-in cookie, encrypted. Only our server can read it.',
    until: 'You sign out, or the sign-in runs out.',
  },
  {
    what: 'Your address or number while you prove it',
    where:
      'In a sealed cookie of the browser in which you asked for a link or code. Our database has a keyed code of the secret that we sent, and nothing about the address.',
    until: 'You use the link or code, you sign out, or 15 minutes are over.',
  },
  {
    what: 'How often a sign-in was tried',
    where: 'In our database or memory, under keyed codes of the network address and of the receiver.',
    until: 'Two hours at most.',
  },
  {
    what: 'Your answer',
    where:
      'In our database: the yes or no, the day, and the wording that you saw. It is filed under a keyed code made from your sign-in and address, not under the address itself.',
    until: 'You have your records deleted. Until then we keep each answer, as a record of what you decided.',
  },
  {
    what: 'That you opted out of this site',
    where:
      'In our database, under a keyed code made from the address: its kind and its date. It comes from your no, or from your browser’s opt-out signal.',
    until: 'You say yes again. Deleting your records does not end it.',
  },
  {
    what: 'What a consent banner recorded, where one is used',
    where: 'In our database, with your answer: the consent signals that the banner passed on to us.',
    until: 'The next signals replace them, or you have your records deleted.',
  },
  {
    what: 'Your advertising token, and what renews it',
    where: 'In a sealed cookie. It exists only after you said yes, and only our server can open it.',
    until: 'You say no, sign out or opt out, or it can no longer be renewed.',
  },
  {
    what: 'The token on a page',
    where: 'In the memory of the page that you are reading. It goes out with the ad requests of that page.',
    until: 'You leave the page, or say no.',
  },
  ...(handoff === 'client' ? [inTheBrowser(product)] : []),
  {
    what: 'That the ad software is to use no ID',
    where:
      'In the local storage of your browser, as _pbjs_id_optout. It is set after you said no or opted out, and says nothing about who you are.',
    until: 'You say yes.',
  },
  {
    what: 'That Google’s ad script may hold the token',
    where:
      'In the local storage of your browser, as uid2_gpt, where that script is used. It holds a time, and no token.',
    until: 'The script’s copy is cleared: when you say no, sign out or opt out, or the token ends.',
  },
  {
    what: 'Which browser asked for ads, in the sandbox',
    where:
      'In a cookie of the sandbox’s ad exchange, which stands in for another company’s server, and in its memory your last 20 requests for ads, with six characters of each token.',
    until: 'You close the browser, or the server is started again.',
  },
  {
    what: `An opt-out that ${product} told us of`,
    where: 'In our database, under a keyed code made from the address: its kind and its date.',
    until: `For good, so that we never ask ${product} about it again.`,
  },
  {
    what: 'That you signed out',
    where: 'In our database, as a code of that one sign-in.',
    until: 'That sign-in would have run out by itself.',
  },
]

/** Only on sites where the ad software refreshes the token. */
const inTheBrowser = (product: string) => ({
  what: 'What the ad software renews the token with',
  where: `In the local storage of your browser, where every script of this site can read it: the software of Prebid or ${product} keeps it there. The entry uid2_sdk says which token was refreshed from which.`,
  until: 'You say no, sign out or opt out, or it can no longer be renewed.',
})

interface StorageTableProps {
  product: string
  handoff: 'server' | 'client'
}

export function StorageTable({ product, handoff }: StorageTableProps) {
  return (
    <table className="facts">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Where</th>
          <th scope="col">Until</th>
        </tr>
      </thead>
      <tbody>
        {kept(product, handoff).map(({ what, where, until }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{where}</td>
            <td>
              <span className="facts-until">Until: </span>
              {until}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
