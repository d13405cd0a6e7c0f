// Ends the programs of a process of tests once that process is gone, whatever ended it: it is told of them by lines
// `+<id>` and `-<id>`, and its standard input ends with that process.
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

// Ctrl-C is for the whole group; this process ends last.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
const running = new Set()
for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1))
  if (line.startsWith('+')) running.add(pid)
  else running.delete(pid)
}
const send = (signal) => {
  for (const pid of running)
    try {
      process.kill(pid, signal)
    } catch {
      running.delete(pid)
    }
}
// Most end well, and what they started with them.
send('SIGTERM')
for (let tenths = 0; running.size > 0 && tenths < 100; tenths++) {
  await pause(100)
  send(0)
}
send('SIGKILL')
