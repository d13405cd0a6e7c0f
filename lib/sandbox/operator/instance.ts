import 'server-only'

import { singleton } from '../../shared/singleton'
import { createOperator, type Operator } from './operator'
import type { Scope } from './types'

/** The operator of this process, one per scope. */
export function sandboxOperator(scope: Scope): Operator {
  return singleton(`sandbox.operator.${scope}`, () => createOperator({ scope }))
}
