import 'server-only'

/** Invented advertisers, under a reserved top-level domain. */
export interface Campaign {
  id: string
  advertiser: string
  domain: string
  headline: string
  line: string
  /** SVG in a square of 100 × 100, on the creative's dark panel. */
  art: string
}

const INK = '#1b1a17'
const AMBER = '#c77d1e'
const FLAME = '#f2b84b'
const PAPER = '#fbf8f2'

const candle: Campaign = {
  id: 'hallow-and-wick',
  advertiser: 'Hallow & Wick',
  domain: 'hallow-and-wick.example',
  headline: 'A candle is still a unit.',
  line: 'Beeswax tapers, poured in the dark months.',
  art: `
    <circle cx="50" cy="34" r="30" fill="${FLAME}" fill-opacity=".14"/>
    <circle cx="50" cy="34" r="18" fill="${FLAME}" fill-opacity=".2"/>
    <path d="M50 16c7 9 9 14 9 19a9 9 0 0 1-18 0c0-5 2-10 9-19z" fill="${FLAME}"/>
    <path d="M50 28c3 4 4 6 4 9a4 4 0 0 1-8 0c0-3 1-5 4-9z" fill="${PAPER}"/>
    <path d="M50 42v7" stroke="${INK}" stroke-width="1.6" stroke-linecap="round"/>
    <path d="M42 49h16v37H42z" fill="#f0e3c8"/><path d="M42 49h5v37h-5z" fill="${PAPER}"/>
    <path d="M58 52c0 6-3 4-3 10s-2 5-2-1 1-6 1-12z" fill="${PAPER}"/>
    <path d="M28 86h44l-5 6H33z" fill="${AMBER}"/>`,
}

const lighthouse: Campaign = {
  id: 'skerry-light-trust',
  advertiser: 'Skerry Light Trust',
  domain: 'skerry-light.example',
  headline: 'Adopt an hour of light.',
  line: 'Four flashes a minute, since 1868.',
  art: `
    <path d="M50 30 200-22v104z" fill="${FLAME}" fill-opacity=".3"/>
    <path d="M50 30-100-8v76z" fill="${FLAME}" fill-opacity=".16"/>
    <path d="M43 38h14l5 48H38z" fill="${PAPER}"/>
    <path d="M41.7 51h16.700l1.2 11H40.500z" fill="${AMBER}"/>
    <path d="M39.3 74h21.500l1.2 12H38z" fill="${AMBER}"/>
    <path d="M44 25h12v10H44z" fill="${FLAME}"/><circle cx="50" cy="30" r="3.2" fill="${PAPER}"/>
    <path d="M42 25 50 16l8 9z" fill="#f0e3c8"/><path d="M41 35h18v3H41z" fill="#f0e3c8"/>
    <path d="M-100 195v-100c50 1 84 2 100-3 12-9 24-5 34-7s20-5 34-1 22 3 32 8c30 5 60 2 100 3v100z" fill="#3a362e"/>`,
}

const lamp: Campaign = {
  id: 'ember-row-lamps',
  advertiser: 'Ember Row Lamps',
  domain: 'ember-row.example',
  headline: 'Light for one good page.',
  line: 'Brass reading lamps, mended for life.',
  art: `
    <path d="M37 46 16 88h54L57 46z" fill="${FLAME}" fill-opacity=".22"/>
    <path d="M33 46c1-14 8-21 17-21s16 7 17 21z" fill="${AMBER}"/>
    <path d="M38 46c1-10 5-16 11-17-9 1-13 8-13 17z" fill="#e9c98d"/>
    <path d="M42 46h16a8 5 0 0 1-16 0z" fill="${FLAME}"/>
    <path d="M50 25c0-8 6-11 14-11 11 0 17 8 17 20v54" fill="none" stroke="#e9c98d" stroke-width="2.6"/>
    <path d="M70 88h22v4H70z" fill="${AMBER}"/>
    <path d="M22 84c8-3 15-3 21 1 6-4 13-4 20-1v6c-7-3-14-3-20 1-6-4-13-4-21-1z" fill="${PAPER}"/>`,
}

const campaigns = [candle, lighthouse, lamp] as const

export function campaignAt(number: number): Campaign {
  return campaigns[number % campaigns.length] ?? candle
}
