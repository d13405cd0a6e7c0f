/**
 * Slugs of pieces whose subject is nobody's business: no ad is shown beside them, and no advertising ID is asked
 * for, for anybody. Plain JavaScript, because `next.config.mjs` leaves out its early fetch there by the same list.
 */
export const withoutAds = ['a-lamp-against-winter']
