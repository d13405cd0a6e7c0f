import localFont from 'next/font/local'

/**
 * All fonts are `optional`: a font that arrives late is used at the next load, because changed line breaks
 * would move the content below. Fonts of the first screen are preloaded. scripts/fonts.ts makes them.
 */

/** The text font: one variable file with optical sizes, so headlines need no second one. */
const newsreader = localFont({
  src: './fonts/newsreader.woff2',
  variable: '--font-newsreader',
  weight: '400 700',
  style: 'normal',
  display: 'optional',
  adjustFontFallback: 'Times New Roman',
})

const newsreaderItalic = localFont({
  src: './fonts/newsreader-italic.woff2',
  variable: '--font-newsreader-italic',
  weight: '400',
  style: 'italic',
  display: 'optional',
  preload: false,
  adjustFontFallback: 'Times New Roman',
})

const inter = localFont({
  src: './fonts/inter.woff2',
  variable: '--font-inter',
  weight: '400 600',
  display: 'optional',
  adjustFontFallback: 'Arial',
})

const jetbrains = localFont({
  src: './fonts/jetbrains-mono.woff2',
  variable: '--font-jetbrains',
  weight: '400 600',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
})

export const fontVariables = [newsreader, newsreaderItalic, inter, jetbrains].map((f) => f.variable).join(' ')
