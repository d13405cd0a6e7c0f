import type { Answer, Command } from '../../command-line/command.ts'
import { prose } from '../../command-line/terminal.ts'
import { optOutLines, optOutsJson, section } from '../format.ts'
import { personOptions, readPerson } from '../person.ts'
import { withStore } from '../store.ts'

const whyKept =
  'A mark is a keyed hash with its key’s fingerprint, its kind and its date, and nothing else. It is what keeps the opt-out: without it the same person could be sent to UID2 or EUID again. No command removes it. One of UID2 or EUID stays; one from this site ends when its reader says yes here again.'

const denialKept =
  'Of a denial that was erased its number stays, under the keyed hash, so that no consent from before it counts again.'

export const forget: Command = {
  name: 'forget',
  summary: 'Erases answers, history and consent signals of an address or number; opt-outs stay',
  options: personOptions,
  details: [
    'Of every account and under every pepper. The marks of opt-outs stay, and are listed: they are what keeps the',
    'opt-out. Exit code 1: there was nothing to erase.',
  ],
  async run(args, context): Promise<Answer> {
    const { diiHash, what } = await readPerson(args, context)
    // Erased last: work is retried while another process has locked the database, and would then count
    // nothing.
    const { optOuts, erased } = await withStore(async (store) => ({
      optOuts: (await store.records([diiHash])).optOuts,
      erased: await store.forget([diiHash]),
    }))
    const any = erased.history + erased.signals > 0
    return {
      ok: any,
      json: { erased, kept: { optOuts: optOutsJson(optOuts), why: optOuts.length > 0 ? whyKept : null } },
      lines: (paint) => [
        any
          ? `Erased of this ${what}: ${count(erased.history, 'answer')}, ${count(erased.signals, 'set')} of consent signals.`
          : `There was nothing to erase of this ${what}.`,
        ...(optOuts.length === 0
          ? ['No opt-out is on record, so no mark is kept.', denialKept]
          : section(
              'Kept: the marks of opt-outs',
              [...optOutLines(optOuts, paint), '', ...prose(`${whyKept} ${denialKept}`, '  ')],
              paint,
            )),
      ],
    }
  },
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`
