import type { ReaderRecords } from '#lib/consent/sql-records.ts'
import { type Paint, pairs, prose } from '../command-line/terminal.ts'

export const iso = (at: number): string => new Date(at).toISOString()

const kinds = { uid2: 'UID2', euid: 'EUID', site: 'this site' } as const

export const optOutLines = (optOuts: ReaderRecords['optOuts'], paint: Paint): string[] =>
  pairs(
    optOuts.map(({ kind, at }) => [`  ${kinds[kind]}`, `since ${iso(at)}`] as const),
    paint,
  )

export const optOutsJson = (optOuts: ReaderRecords['optOuts']) =>
  optOuts.map(({ kind, at }) => ({ kind, since: iso(at) }))

/** An empty line, a heading and its lines. */
export const section = (heading: string, lines: readonly string[], paint: Paint): string[] => [
  '',
  paint.strong(heading),
  ...lines,
]

export const paragraphs = (text: string, indent: string): string[] =>
  text.split(/\n+/).flatMap((paragraph) => prose(paragraph, indent))
