import type { ReaderRecords } from '#lib/consent/sql-records.ts'
import type { ConsentSignals } from '#lib/identity/public-identity.ts'

import type { Answer, Command } from '../../command-line/command.ts'
import { type Paint, pairs, printable, prose } from '../../command-line/terminal.ts'
import { iso, optOutLines, optOutsJson, paragraphs, section } from '../format.ts'
import { personOptions, readPerson } from '../person.ts'
import { withStore } from '../store.ts'

/** What else the site keeps, and why an address does not find it. */
const notFound = [
  'Sessions that were signed out of, until they would have ended by themselves, 30 days at most; secrets of sign-ins under way, 15 minutes: both under random ids, which nothing ties to an address or number.',
  'Counts of attempts to sign in, two hours at most: numbers under keyed hashes, which are not looked up here.',
  'The session and the advertising identity: sealed in cookies of the reader’s own browser, and nowhere else.',
]

export const exportRecords: Command = {
  name: 'export',
  summary: 'Prints all that the store keeps under an address or number, of every account',
  options: personOptions,
  details: [
    'Opt-outs, the history of answers with the question as it was shown, the latest consent signals.',
    'Accounts are numbered; the keyed hashes that stand for them are not printed.',
    'Exit code 1: nothing is on record.',
  ],
  async run(args, context): Promise<Answer> {
    const { diiHash, what } = await readPerson(args, context)
    const records = numberAccounts(await withStore((store) => store.records([diiHash])))
    const any = [records.optOuts, records.history, records.signals].some(({ length }) => length > 0)
    return {
      ok: any,
      json: {
        optOuts: optOutsJson(records.optOuts),
        history: records.history.map((event) => ({ ...event, at: iso(event.at) })),
        signals: records.signals.map((latest) => ({ ...latest, at: iso(latest.at) })),
        notFound,
      },
      lines: (paint) => [
        any ? `On record of this ${what}, of every account:` : `Nothing is on record of this ${what}.`,
        ...(any ? recordLines(records, paint) : []),
        ...section(
          'Kept besides, and not found by an address or number',
          notFound.flatMap((text) => prose(text, '  ')),
          paint,
        ),
      ],
    }
  },
}

/** Accounts by number and provider, instead of their keyed hashes. */
function numberAccounts({ optOuts, history, signals }: ReaderRecords): ReaderRecords {
  const accounts = [...new Set([...history, ...signals].map(({ account }) => account))]
  const named = <T extends { account: string }>(row: T): T => {
    const [way] = /^[a-z]{1,20}(?=:)/.exec(row.account) ?? []
    const number = accounts.indexOf(row.account) + 1
    return { ...row, account: `account ${number}${way === undefined ? '' : ` (${way})`}` }
  }
  return { optOuts, history: history.map(named), signals: signals.map(named) }
}

function recordLines({ optOuts, history, signals }: ReaderRecords, paint: Paint): string[] {
  const none = ['  none']
  const questions = [
    ...new Map(
      history.map(({ version, wording }) => [JSON.stringify([version, wording]), { version, wording }]),
    ),
  ].map(([, question]) => question)
  return [
    ...section('Opt-outs', optOuts.length > 0 ? optOutLines(optOuts, paint) : none, paint),
    ...section('Answers, oldest first', history.length > 0 ? pairs(history.map(answer), paint) : none, paint),
    ...section(
      'Consent signals, the latest of each account',
      signals.length > 0
        ? signals.map(({ at, account, signals }) => `  ${iso(at)}  ${account}: ${told(signals)}`)
        : none,
      paint,
    ),
    ...questions.flatMap(({ version, wording }) =>
      section(`The question of version ${printable(version)}`, paragraphs(wording, '  '), paint),
    ),
  ]
}

const sources = { page: 'on the page', api: 'by the API', gpc: 'by the browser’s signal (GPC)' } as const

function answer(event: ReaderRecords['history'][number]): readonly [string, string] {
  const { at, advertising, source, version, account, signals } = event
  const said = [sources[source], `question of version ${version}`, account]
  if (signals !== null) said.push(told(signals))
  return [`  ${iso(at)}`, `${advertising === 'granted' ? 'yes' : 'no '}  ${said.join(', ')}`]
}

const told = (signals: ConsentSignals): string =>
  printable(
    Object.entries(signals)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') || 'no signals',
  )
