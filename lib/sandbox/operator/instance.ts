import 'server-only'

import { perProcess } from '../../shared/per-process'
import { createOperator, type Operator } from './operator'
import type { Scope } from './types'

/** The operator of this process, one per scope. */
export function sandboxOperator(scope: Scope): Operator {
  return perProcess(`sandbox.operator.${scope}`, () => createOperator({ scope }))
}
