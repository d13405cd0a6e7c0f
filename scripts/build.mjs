// For a deployment that has installed already: builds without any download.
import { build } from './support/build.mjs'
import { requireUsableFolder } from './support/folder.mjs'
import { requireSupportedMachine } from './support/runtime.mjs'

requireSupportedMachine()
requireUsableFolder('site')
await build()
