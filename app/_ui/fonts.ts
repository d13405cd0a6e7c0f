import localFont from 'next/font/local'

/**
 * All fonts are `optional`: a font that arrives late is used at the next load, because changed line breaks
 * would move the content below. Fonts of the first screen are preloaded.
 */

/** The text font: one variable file with optical sizes, so headlines need no second one. */
const newsreader = localFont({
  src: '../../node_modules/@fontsource-variable/newsreader/files/newsreader-latin-opsz-normal.woff2',
  variable: '--font-newsreader',
  weight: '200 800',
  style: 'normal',
  display: 'optional',
  adjustFontFallback: 'Times New Roman',
})

const newsreaderItalic = localFont({
  src: '../../node_modules/@fontsource-variable/newsreader/files/newsreader-latin-wght-italic.woff2',
  variable: '--font-newsreader-italic',
  weight: '200 800',
  style: 'italic',
  display: 'optional',
  preload: false,
  adjustFontFallback: 'Times New Roman',
})

const inter = localFont({
  src: '../../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  variable: '--font-inter',
  weight: '100 900',
  display: 'optional',
  adjustFontFallback: 'Arial',
})

const jetbrains = localFont({
  src: '../../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
  variable: '--font-jetbrains',
  weight: '100 800',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
})

export const fontVariables = [newsreader, newsreaderItalic, inter, jetbrains].map((f) => f.variable).join(' ')
