import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { AdFrame } from '#app/_ui/ad-frame.tsx'
import { adSizes } from '#app/_ui/ad-sizes.ts'
import { StatusBar } from '#app/_ui/status-bar.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { channels, plans } from '#lib/ads/channels.ts'
import { abridged, type BidRequest, bidRequest, eidOf } from '#lib/ads/openrtb.ts'
import { holdServerAuction, type ServerAd } from '#lib/ads/server-auction.ts'
import { env } from '#lib/env/server.ts'
import { readPublicIdentity, readSignals } from '#lib/identity/read.ts'

export const metadata: Metadata = {
  title: 'Server to server',
  description: 'An auction that the server holds, for pages without script, apps and televisions.',
}

const slots = ['server-top', 'server-end'].map((id) => ({ id, sizes: [adSizes.rectangle.wide] }))
const bidders = plans['prebid-server'].bidders.map(({ code }) => code)

/** The whole pattern: identity, request, auction, ads. Nothing of it runs in the browser. */
export default async function ServerToServer() {
  await labOnly()
  const identity = await readPublicIdentity()
  const { prebidServer, product, origin, ownUrl } = env()
  const request = bidRequest({
    id: crypto.randomUUID(),
    slots,
    site: { page: `${origin}/patterns/server-to-server`, domain: new URL(origin).hostname },
    device: { ua: (await headers()).get('user-agent') ?? '' },
    eids: eidOf(identity),
    bidders,
    bidderParams: channels.bidderParams,
    accountId: prebidServer?.accountId ?? '',
    timeoutMs: channels.auctionTimeoutMs,
    regs: await readSignals(),
  })
  const ads = prebidServer
    ? await holdServerAuction(new URL(prebidServer.endpoint, ownUrl).href, request)
    : new Map<string, ServerAd>()
  return (
    <>
      <StatusBar identity={identity} product={product} />
      <main id="content" className="page pb-16">
        <header className="article-head">
          <p className="eyebrow">Pattern</p>
          <h1>Server to server</h1>
          <p className="standfirst">
            The server asked the buyers before it sent this page. No script of this page has a part in it, as
            with an app or a television, which have none.
          </p>
        </header>
        <div className="flex flex-wrap gap-8">
          {slots.map(({ id }) => (
            <SoldSlot key={id} id={id} ad={ads.get(id)} />
          ))}
        </div>
        {prebidServer ? (
          <Sent request={request} />
        ) : (
          <p className="pt-8">No Prebid Server is set, so nobody was asked.</p>
        )}
      </main>
    </>
  )
}

/** A creative without scripts, in a frame that runs none and reaches nothing of the page. */
function SoldSlot({ id, ad }: { id: string; ad: ServerAd | undefined }) {
  if (!ad) return <AdFrame id={id} size="rectangle" />
  return (
    <AdFrame id={id} size="rectangle" bid={ad.token ?? ''}>
      <iframe
        sandbox="allow-popups"
        title="Advertisement"
        srcDoc={ad.markup}
        width={ad.width}
        height={ad.height}
        style={{ border: 0 }}
      />
    </AdFrame>
  )
}

function Sent({ request }: { request: BidRequest }) {
  return (
    <section aria-labelledby="sent" className="pt-10">
      <h2 id="sent" className="section-title">
        What was sent
      </h2>
      <p className="meta">Of the token, the first six characters are shown.</p>
      <pre className="mt-4 bg-paper-sunk p-4 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
        {JSON.stringify(abridged(request), null, 2)}
      </pre>
    </section>
  )
}
