// Loaded into a site by NODE_OPTIONS=--import. At SIGUSR2 it collects garbage and prints the heap in use.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')
process.on('SIGUSR2', async () => {
  // Repeated, with a turn between: what finalizers release becomes garbage only then.
  for (let i = 0; i < 3; i++) {
    gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  process.stdout.write(`heap ${process.memoryUsage().heapUsed}\n`)
})
