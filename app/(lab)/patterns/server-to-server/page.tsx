import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { adConfig, adSetups } from '#app/_ads/ad-config.ts'
import { AdFrame } from '#app/_ui/ad-frame.tsx'
import { adSizes } from '#app/_ui/ad-sizes.ts'
import { StatusBar } from '#app/_ui/status-bar.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { LabBox } from '#app/(lab)/_parts/lab-box.tsx'
import { NextStep } from '#app/(lab)/_parts/next-step.tsx'
import { PatternFrame } from '#app/(lab)/_parts/pattern-frame.tsx'
import { serverToServer } from '#app/(lab)/_patterns.ts'
import type { AdSetup } from '#lib/ads/ad-setup.ts'
import { abridged, type BidRequest, bidRequest, deviceOf, eidOf } from '#lib/ads/server/openrtb.ts'
import { holdServerAuction, type ServerAd } from '#lib/ads/server/server-auction.ts'
import { publicAddress } from '#lib/auth/client-address.ts'
import { env } from '#lib/env/env.ts'
import { readPublicIdentity, readSignals } from '#lib/site/page-data.ts'

export const metadata: Metadata = { title: serverToServer.title }

const slots = ['server-top', 'server-end'].map((id) => ({ id, sizes: [adSizes.rectangle.wide] }))
const { bidders: ofPages }: Pick<AdSetup, 'bidders'> = adSetups.site
/** A bidder of the browser has no part in a server's auction. */
const bidders = (ofPages ?? []).filter(({ via }) => via === 'prebid-server').map(({ code }) => code)

/** The whole pattern: identity, request, auction, ads. Nothing of it runs in the browser. */
export default async function ServerToServer() {
  await labOnly()
  const identity = await readPublicIdentity()
  const { prebidServer, product, origin, ownUrl } = env()
  const requestHeaders = await headers()
  const request = bidRequest({
    id: crypto.randomUUID(),
    slots,
    site: { page: `${origin}/patterns/server-to-server`, domain: new URL(origin).hostname },
    device: deviceOf({
      ua: requestHeaders.get('user-agent') ?? '',
      address: publicAddress(requestHeaders),
    }),
    eids: eidOf(identity),
    bidders,
    bidderParams: adConfig.bidderParams,
    accountId: prebidServer?.accountId ?? '',
    timeoutMs: adConfig.auctionTimeoutMs,
    regs: await readSignals(),
  })
  const ads = prebidServer
    ? await holdServerAuction(new URL(prebidServer.endpoint, ownUrl).href, request)
    : new Map<string, ServerAd>()
  return (
    <>
      <StatusBar identity={identity} product={product} />
      <PatternFrame pattern={serverToServer}>
        <NextStep identity={identity} back="/patterns/server-to-server" />
        <div className="pattern-row">
          {slots.map(({ id }) => (
            <SoldSlot key={id} id={id} ad={ads.get(id)} />
          ))}
        </div>
        {prebidServer ? (
          <Sent request={request} />
        ) : (
          <p className="lab-note">No Prebid Server is set, so no bidder was asked.</p>
        )}
      </PatternFrame>
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
    <section aria-labelledby="sent" className="pattern-sent">
      <h2 id="sent" className="section-title">
        What was sent
      </h2>
      <LabBox label="The request" empty={false}>
        <pre className="request">{JSON.stringify(abridged(request), null, 2)}</pre>
      </LabBox>
      <p className="meta">Of a token, only the last six characters are shown here.</p>
    </section>
  )
}
