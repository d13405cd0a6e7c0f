/**
 * The sizes that slots reserve. `narrow` applies below `breakpoint` (CSS px of viewport width). Header
 * bidding and the style sheet use the same numbers, so a bid always fits.
 */
export const adSizes = {
  rectangle: { wide: [300, 250], narrow: [300, 250], breakpoint: 0 },
  leaderboard: { wide: [728, 90], narrow: [320, 50], breakpoint: 760 },
  billboard: { wide: [970, 250], narrow: [300, 250], breakpoint: 1000 },
} as const satisfies Record<string, AdSizeSpec>

export interface AdSizeSpec {
  wide: readonly [width: number, height: number]
  narrow: readonly [width: number, height: number]
  breakpoint: number
}

export type AdSize = keyof typeof adSizes

/** The size of a slot at this viewport width. */
export function adSizeAt(size: AdSize, viewportWidth: number): readonly [number, number] {
  const { wide, narrow, breakpoint } = adSizes[size]
  return viewportWidth < breakpoint ? narrow : wide
}
