// For a deployment, which has installed by itself: builds and takes no download.
import { build } from './support/build.mjs'
import { requireUsableFolder } from './support/folder.mjs'
import { requireSupportedMachine } from './support/runtime.mjs'

requireSupportedMachine()
requireUsableFolder('site')
await build()
