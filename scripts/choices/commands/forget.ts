import type { Answer, Command } from '../../command-line/command.ts'
import { prose } from '../../command-line/terminal.ts'
import { optOutLines, optOutsJson, section } from '../format.ts'
import { personOptions, readPerson } from '../person.ts'
import { withStore } from '../store.ts'

const whyKept =
  'An opt-out record is a keyed hash with its key’s fingerprint, its kind and its date, and nothing else. Without it, the same person could be sent to UID2 or EUID again. No command removes it. An opt-out from UID2 or EUID stays; one from this site ends when the reader consents here again.'

const denialKept =
  'The number of an erased denial stays under the keyed hash, so that no earlier consent counts again.'

export const forget: Command = {
  name: 'forget',
  summary: 'Erases answers, history and consent signals of an address or number; opt-outs stay',
  options: personOptions,
  details: [
    'For every account and every pepper. Opt-out records stay, and are listed: without them the operator could be',
    'asked again for this person. Exit code 1: there was nothing to erase.',
  ],
  async run(args, context): Promise<Answer> {
    const { diiHash, what } = await readPerson(args, context)
    // Erased last: a locked database makes the work start again, which would then count nothing.
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
          ? `Erased for this ${what}: ${count(erased.history, 'answer')}, ${count(erased.signals, 'set')} of consent signals.`
          : `There was nothing to erase for this ${what}.`,
        ...(optOuts.length === 0
          ? ['No opt-out is on record.', denialKept]
          : section(
              'Kept: opt-out records',
              [...optOutLines(optOuts, paint), '', ...prose(`${whyKept} ${denialKept}`, '  ')],
              paint,
            )),
      ],
    }
  },
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`
