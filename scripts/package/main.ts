import { join } from 'node:path'
import { root } from '../support/runtime.mjs'
import { pack } from './pack.ts'

console.log(await pack(join(root, 'dist')))
