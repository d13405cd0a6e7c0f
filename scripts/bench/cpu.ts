import { readFileSync } from 'node:fs'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

/** One kind of request to one site. */
export interface Scenario {
  name: string
  site: { port: number; pid: number }
  path: string
  /** The `Cookie` header of one of the connections, when it sends its next request. */
  cookie?(connection: number): string
  /** Sees the answer's headers, as a browser does. */
  answered?(connection: number, headers: IncomingHttpHeaders): void
}

const connections = 16

/** Requests of each scenario before anything is measured: V8 compiles what is used often. */
export const warmUp = 1000

/**
 * The server's CPU for one request of each scenario, ms: lower quartiles of `rounds`, since a busy machine only adds to
 * it. The scenarios take turns, so that it adds to all of them alike.
 *
 * @throws Error when a request is not answered with 200
 */
export async function cpuPerRequest(
  scenarios: readonly Scenario[],
  { rounds, requests }: { rounds: number; requests: number },
): Promise<Map<string, number>> {
  const measured = new Map<string, number[]>(scenarios.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const scenario of scenarios) {
      const before = cpuOf(scenario.site.pid)
      await send(scenario, round < 0 ? warmUp : requests)
      const each = (cpuOf(scenario.site.pid) - before) / requests
      if (round >= 0) measured.get(scenario.name)?.push(each)
    }
  return new Map([...measured].map(([name, values]) => [name, lowerQuartile(values)]))
}

const lowerQuartile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN

/** User and system time of a process with its threads so far, ms. Linux counts in hundredths of a second. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The resident memory of a process, MB. */
export function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1024)
}

async function send(scenario: Scenario, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let sent = 0
  const connection = async (number: number) => {
    while (sent++ < count) await sendOne(scenario, agent, number)
  }
  await Promise.all(Array.from({ length: connections }, (_, number) => connection(number)))
  agent.destroy()
}

function sendOne({ name, site, path, cookie, answered }: Scenario, agent: Agent, connection: number) {
  const headers = cookie ? { cookie: cookie(connection) } : {}
  return new Promise<void>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: site.port, agent, path, headers }, (answer) => {
      answered?.(connection, answer.headers)
      answer.resume()
      answer.on('error', reject)
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${name}: ${answer.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}
