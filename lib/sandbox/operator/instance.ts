import 'server-only'

import { singleton } from '#lib/shared/singleton.ts'
import { createOperator, type Operator } from './operator.ts'
import type { Scope } from './types.ts'

/** The operator of this process, one per scope. */
export function sandboxOperator(scope: Scope): Operator {
  return singleton(`sandbox.operator.${scope}`, () => createOperator({ scope }))
}
