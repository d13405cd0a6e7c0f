import { withoutAds } from '#app/(site)/_articles/without-ads.mjs'

/*
 * What tests know of this publication. With other articles, or another name for the cookie, change it here:
 * tests/integration/caching.test.ts fails while a page of these is missing, and tests/unit/site/identity.test.ts while the
 * cookie has another name.
 */

export const articles = {
  first: 'how-cities-decide-that-it-is-dark',
  second: 'what-lighthouses-measured',
  third: 'why-the-candle-is-still-a-unit',
} as const

/** An article with ads, as its static and as its dynamic page. */
export const staticPage = `/articles/${articles.second}`
export const livePage = `/live/${articles.second}`
export const otherStaticPage = `/articles/${articles.third}`
export const [articleWithoutAds = ''] = withoutAds
export const pageWithoutAds = `/articles/${articleWithoutAds}`
export const livePageWithoutAds = `/live/${articleWithoutAds}`

/** Over http. */
export const identityCookie = 'uid2'
