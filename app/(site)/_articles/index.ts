import type { Article } from '#app/(site)/_articles/article.ts'
import { candle } from '#app/(site)/_articles/candle.tsx'
import { cityDark } from '#app/(site)/_articles/city-dark.tsx'
import { duskBlue } from '#app/(site)/_articles/dusk-blue.tsx'
import { lighthouses } from '#app/(site)/_articles/lighthouses.tsx'
import { moonlightTowers } from '#app/(site)/_articles/moonlight-towers.tsx'
import { sodium } from '#app/(site)/_articles/sodium.tsx'
import { winterLamp } from '#app/(site)/_articles/winter-lamp.tsx'
import { withoutAds } from '#app/(site)/_articles/without-ads.mjs'

/** Newest first. The first one leads the front page. */
export const articles: readonly [Article, ...Article[]] = [
  cityDark,
  lighthouses,
  candle,
  sodium,
  moonlightTowers,
  duskBlue,
  winterLamp,
]

export function findArticle(slug: string): Article | undefined {
  return articles.find((article) => article.slug === slug)
}

/** The next two articles. After the last one the list starts again. */
export function readNext(slug: string): Article[] {
  const at = articles.findIndex((article) => article.slug === slug)
  return [...articles, ...articles].slice(at + 1, at + 3)
}

/** Which ads an article may have: all, or none for any reader. */
export const adsBeside = ({ slug }: Article): 'all' | 'none' => (withoutAds.includes(slug) ? 'none' : 'all')
