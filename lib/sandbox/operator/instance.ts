import 'server-only'

import { processWide } from '../../shared/process-wide'
import { createOperator, type Operator } from './operator'
import type { Scope } from './types'

/** The operator of this process, one per scope. */
export function sandboxOperator(scope: Scope): Operator {
  return processWide(`sandbox.operator.${scope}`, () => createOperator({ scope }))
}
