import type { ReactElement } from 'react'

export interface Article {
  slug: string
  title: string
  /** One or two sentences, also the page's description. */
  standfirst: string
  /** The subject in one or two words. */
  subject: string
  /** ISO day. */
  published: string
  minutes: number
  /** A small square drawing for lists. */
  Emblem: () => ReactElement
  Body: () => ReactElement
}

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** The date, the same on every machine that builds the site. */
export function dateline(published: string): string {
  return day.format(new Date(`${published}T00:00:00Z`))
}
