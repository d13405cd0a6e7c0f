import { parentPort } from 'node:worker_threads'
import { startOperator } from '../../lib/sandbox/operator/node.ts'

parentPort?.postMessage((await startOperator()).baseUrl)
