// Loaded with --import: an import without an ending is of the TypeScript file of that name, or of the folder's index,
// as every bundler has it. So lib/ can be copied into an app that allows no `.ts` in imports, and Node runs it too.
import { existsSync } from 'node:fs'
import * as modules from 'node:module'
import { isMainThread } from 'node:worker_threads'

export function resolve(specifier, context, next) {
  if (!/^\.\.?(\/|$)/.test(specifier) || /\.\w+$/.test(specifier) || !context.parentURL?.startsWith('file:'))
    return next(specifier, context)
  const found = ['.ts', '/index.ts'].find((end) => existsSync(new URL(specifier + end, context.parentURL)))
  return next(specifier + (found ?? ''), context)
}

// Node 22.15 and later have the first; the other one loads this file once more, in a thread of its own.
if (modules.registerHooks) modules.registerHooks({ resolve })
else if (isMainThread) modules.register(import.meta.url)
