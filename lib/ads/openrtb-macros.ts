/** What is known of a sold bid. Whatever is missing here is an empty string in the markup. */
interface MacroValues {
  /** `BidRequest.id` */
  auctionId?: string | undefined
  /** `BidResponse.bidid` */
  bidId?: string | undefined
  impId?: string | undefined
  seatId?: string | undefined
  /** `Bid.adid` */
  adId?: string | undefined
  price: number
  currency: string
}

/** `${AUCTION_PRICE}`, or `${AUCTION_PRICE:B64}` for its value in Base64. */
const macro = /\$\{(AUCTION_[A-Z_]+|CLICKTHROUGH)(:\w+)?\}/g

/**
 * Fills in the macros of a sold bid, in its markup or in the URL of a notice: a buyer counts and pays by the price that
 * arrives there. A macro without a value is removed, as section 4.4 of OpenRTB 2.6 says.
 * https://github.com/InteractiveAdvertisingBureau/openrtb2.x/blob/main/2.6.md#44---substitution-macros-
 */
export function fillMacros(text: string, values: MacroValues): string {
  const known: Partial<Record<string, string>> = {
    AUCTION_ID: values.auctionId,
    AUCTION_BID_ID: values.bidId,
    AUCTION_IMP_ID: values.impId,
    AUCTION_SEAT_ID: values.seatId,
    AUCTION_AD_ID: values.adId,
    // The highest bid pays what it bid.
    AUCTION_PRICE: String(values.price),
    AUCTION_CURRENCY: values.currency,
    AUCTION_MBR: '1',
    // The code for a bid that won.
    AUCTION_LOSS: '0',
  }
  // A function, because `$&` in a replacement string has a meaning of its own.
  return text.replace(macro, (_, name: string, encoding?: string) => {
    const value = known[name] ?? ''
    if (encoding === undefined) return value
    return encoding === ':B64' ? toBase64(value) : ''
  })
}

const toBase64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
