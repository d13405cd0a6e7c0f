import type { ReaderRecords } from '#lib/consent/sql-records.ts'
import type { ConsentSignals } from '#lib/identity/public-identity.ts'

import type { Answer, Command } from '../../command-line/command.ts'
import { type Paint, pairs, printable, prose } from '../../command-line/terminal.ts'
import { iso, optOutLines, optOutsJson, paragraphs, section } from '../format.ts'
import { personOptions, readPerson } from '../person.ts'
import { withStore } from '../store.ts'

/** What else the site keeps, and why an address does not find it. */
const notFound = [
  'Sessions that were signed out, until their normal end, 30 days at most; secrets of unfinished sign-ins, 15 minutes: both under random ids, which are not linked to an address or number.',
  'Counts of attempts to sign in, two hours at most: numbers under keyed hashes, which are not looked up here.',
  'The session and the advertising identity: only in sealed cookies of the reader’s own browser.',
]

export const exportRecords: Command = {
  name: 'export',
  summary: 'Prints everything that the store keeps of an address or number, for every account',
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
        any ? `On record for this ${what}, for every account:` : `Nothing is on record for this ${what}.`,
        ...(any ? recordLines(records, paint) : []),
        ...section(
          'Also kept, and not found by address or number',
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
        ? signals.map(({ at, account, signals }) => `  ${iso(at)}  ${account}: ${signalsText(signals)}`)
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
  const details = [sources[source], `question of version ${version}`, account]
  if (signals !== null) details.push(signalsText(signals))
  return [`  ${iso(at)}`, `${advertising.padEnd(7)}  ${details.join(', ')}`]
}

const signalsText = (signals: ConsentSignals): string =>
  printable(
    Object.entries(signals)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') || 'no signals',
  )
