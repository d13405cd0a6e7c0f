import 'server-only'

import type { TokenReading } from '../buyer/buyer'
import type { Size } from './bid-request'
import type { Campaign } from './campaigns'

const SERIF = 'Georgia, Iowan Old Style, Times New Roman, serif'
const SANS = 'system-ui, Segoe UI, Helvetica Neue, Arial, sans-serif'
const PAPER = '#fbf8f2'
const INK = '#1b1a17'
const QUIET = '#5f584b'
const AMBER = '#8a5410'
const NIGHT = '#211d17'
const RULE = '#e7ddc9'

type Text = readonly [x: number, y: number, size: number]

interface Layout extends Size {
  panel: readonly [x: number, y: number, w: number, h: number]
  art: readonly [x: number, y: number, size: number]
  brand?: Text
  headline: Text
  line?: Text
  foot: Text
  /** Line height where the foot has two lines. */
  footLeading?: number
}

const layouts: readonly Layout[] = [
  {
    w: 300,
    h: 250,
    panel: [0, 0, 300, 112],
    art: [94, 0, 112],
    brand: [18, 134, 9],
    headline: [18, 159, 19],
    line: [18, 180, 11.5],
    foot: [18, 221, 10],
    footLeading: 14,
  },
  {
    w: 728,
    h: 90,
    panel: [0, 0, 124, 90],
    art: [17, 0, 90],
    brand: [144, 19, 8.5],
    headline: [144, 42, 20],
    line: [144, 58, 11.5],
    foot: [144, 79, 10],
  },
  {
    w: 320,
    h: 50,
    panel: [0, 0, 50, 50],
    art: [2, 2, 46],
    headline: [60, 18, 14],
    foot: [60, 32, 8.5],
    footLeading: 10.5,
  },
  {
    w: 970,
    h: 250,
    panel: [0, 0, 340, 250],
    art: [50, 5, 240],
    brand: [384, 70, 12],
    headline: [384, 122, 42],
    line: [384, 158, 18],
    foot: [384, 218, 13],
  },
  {
    w: 300,
    h: 600,
    panel: [0, 0, 300, 360],
    art: [10, 40, 280],
    brand: [18, 402, 10],
    headline: [18, 434, 20],
    line: [18, 458, 11.5],
    foot: [18, 562, 10],
    footLeading: 14,
  },
]

export function hasLayout({ w, h }: Size): boolean {
  return layouts.some((layout) => layout.w === w && layout.h === h)
}

/**
 * A complete creative. It uses only presentation attributes, no script, style or link, so that it looks the
 * same in a frame with the strictest content security policy.
 */
export function renderCreative(campaign: Campaign, size: Size, reading: TokenReading): string {
  const layout = nearestLayout(size)
  const [px, py, pw, ph] = layout.panel
  const [ax, ay, side] = layout.art
  const known = reading.token === 'readable'
  const parts = [
    rect(0, 0, layout.w, layout.h, PAPER),
    // An inner svg clips the parts of the drawing beyond its square.
    `<svg x="${px}" y="${py}" width="${pw}" height="${ph}">`,
    rect(0, 0, pw, ph, NIGHT),
    `<svg x="${ax}" y="${ay}" width="${side}" height="${side}" viewBox="0 0 100 100" overflow="visible">`,
    `${campaign.art}</svg></svg>`,
    layout.brand &&
      text(layout.brand, SANS, AMBER, campaign.advertiser.toUpperCase(), 'letter-spacing=".09em"'),
    text(layout.headline, SERIF, INK, campaign.headline),
    layout.line && text(layout.line, SANS, QUIET, campaign.line),
    ...footLines(layout, reading).map((line, index) => {
      const [x, y, px] = layout.foot
      return text([x, y + index * (layout.footLeading ?? 0), px], SANS, known ? AMBER : QUIET, line)
    }),
    `<rect x=".5" y=".5" width="${layout.w - 1}" height="${layout.h - 1}" fill="none" stroke="${RULE}"/>`,
  ]
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeHtml(campaign.advertiser)}</title></head>`,
    `<body topmargin="0" leftmargin="0" marginwidth="0" marginheight="0" bgcolor="${PAPER}">`,
    `<svg xmlns="http://www.w3.org/2000/svg" display="block" width="${size.w}" height="${size.h}"`,
    ` viewBox="0 0 ${layout.w} ${layout.h}">${parts.filter(Boolean).join('')}</svg></body></html>`,
  ].join('')
}

/** The buyer's reading as sentences. */
export function describeReading({ token, scope, person, refreshedAt }: TokenReading): string[] {
  if (token === 'expired') return ['Bought without an identity', 'the token had expired']
  if (token === 'unreadable') return ['Bought without an identity', 'the token could not be read']
  if (token === 'none') return ['Bought without an identity']
  const time = refreshedAt === undefined ? 'unknown' : new Date(refreshedAt).toISOString().slice(11, 19)
  const product = scope === 'euid' ? 'EUID' : 'UID2'
  return [`Bought with your ${product}`, `person ${person ?? 'unknown'}`, `refreshed ${time} UTC`]
}

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function footLines(layout: Layout, reading: TokenReading): string[] {
  const [first = '', ...rest] = describeReading(reading)
  const second = rest.join(' · ')
  if (layout.footLeading !== undefined && second !== '') return [first, second]
  return [[first, ...rest].join(' · ')]
}

function nearestLayout({ w, h }: Size): Layout {
  const distance = (layout: Layout) =>
    Math.abs(Math.log(layout.w / layout.h / (w / h))) + Math.abs(Math.log(layout.h / h)) / 10
  return [...layouts].sort((a, b) => distance(a) - distance(b))[0] as Layout
}

function rect(x: number, y: number, w: number, h: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}"/>`
}

function text([x, y, size]: Text, family: string, fill: string, content: string, more = ''): string {
  const font = `font-family="${family}" font-size="${size}" fill="${fill}"`
  return `<text x="${x}" y="${y}" ${font} ${more}>${escapeHtml(content)}</text>`
}
