// Loaded with --import: resolves an import without an ending to the TypeScript file of that name, or to the
// folder's index, as bundlers do. So lib/ can be copied into an app that does not allow `.ts` in imports, and
// Node runs it too.
import { existsSync } from 'node:fs'
import * as modules from 'node:module'
import { isMainThread } from 'node:worker_threads'

export function resolve(specifier, context, next) {
  if (!/^\.\.?(\/|$)/.test(specifier) || /\.\w+$/.test(specifier) || !context.parentURL?.startsWith('file:'))
    return next(specifier, context)
  const found = ['.ts', '/index.ts'].find((end) => existsSync(new URL(specifier + end, context.parentURL)))
  return next(specifier + (found ?? ''), context)
}

// Node 22.15 and later have `registerHooks`. Otherwise this file is loaded once more in its own thread.
if (modules.registerHooks) modules.registerHooks({ resolve })
else if (isMainThread) modules.register(import.meta.url)
