import { readFileSync } from 'node:fs'
import { type Shot, sendMany } from '../../tests/support/load.ts'
import type { Site } from '../../tests/support/site.ts'
import { median } from './ratio.ts'

/** One kind of request. `shot` makes the next one. */
export interface Scenario {
  name: string
  site: Pick<Site, 'port' | 'pid'>
  shot: (index: number) => Shot | Promise<Shot>
}

/** User and system time of a process and its threads so far, ms. Linux counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/**
 * The server's CPU for one request of each scenario, ms: the median of `rounds`. The scenarios take turns, so that a
 * busy machine changes all of them alike.
 *
 * @throws Error when a request is not answered with 200
 */
export async function cpuPerRequest(
  scenarios: readonly Scenario[],
  { rounds, requests, warmUp }: { rounds: number; requests: number; warmUp: number },
): Promise<Map<string, number>> {
  const measured = new Map<string, number[]>(scenarios.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const { name, site, shot } of scenarios) {
      const count = round < 0 ? warmUp : requests
      const before = cpuOf(site.pid)
      const statuses = await sendMany(site, count, shot)
      if (statuses.get(200) !== count) throw new Error(`${name}: ${JSON.stringify([...statuses])}`)
      if (round >= 0) measured.get(name)?.push((cpuOf(site.pid) - before) / count)
    }
  return new Map([...measured].map(([name, values]) => [name, median(values)]))
}
