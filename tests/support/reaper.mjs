// Ends the programs of a test process once that process is gone, for whatever reason. It gets lines `+<id>`
// and `-<id>` on standard input, which ends with that process.
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
// A polite signal first, so that programs end what they started.
send('SIGTERM')
for (let tenths = 0; running.size > 0 && tenths < 100; tenths++) {
  await pause(100)
  send(0)
}
send('SIGKILL')
