import 'server-only'
import { isLoopback } from '../shared/loopback'
import { findClosestName } from './closest-name'
import { combinationFaults, operatorNames } from './combinations'
import type { EnvFault, ParsedEnv } from './parsed-env'
import { type VariableName, type Variables, variables } from './variables'

export type { EnvFault }

/** Reads the whole environment at once, so that every fault is reported together. Pure. */
export function parseEnv(
  raw: Record<string, string | undefined>,
): { env: ParsedEnv } | { faults: EnvFault[] } {
  const faults: EnvFault[] = []
  const parsed: Partial<Variables> = {}
  for (const [name, { rule, remedy }] of Object.entries(variables)) {
    const result = rule.safeParse(raw[name])
    if (result.success) Object.assign(parsed, { [name]: result.data })
    else faults.push({ variable: name, fault: 'is not valid', remedy: `Set it to ${remedy}.` })
  }
  for (const name of Object.keys(raw)) {
    const meant = name in variables ? null : findClosestName(name, uid2Names)
    if (meant !== null)
      faults.push({ variable: name, fault: 'is not known', remedy: `Write ${meant}, or unset it.` })
  }

  const isSet = (name: VariableName) => raw[name] !== undefined && raw[name] !== ''
  const url = new URL(parsed.NEXTAUTH_URL ?? `http://localhost:${parsed.PORT ?? 3000}`)
  const mode = operatorNames.some(isSet) ? 'real' : 'sandbox'
  const demoSignIn = isSet('DEMO_SIGN_IN') ? parsed.DEMO_SIGN_IN === 'on' : mode === 'sandbox'
  const env: ParsedEnv = {
    values: parsed as Variables,
    mode,
    deployed: !isLoopback(url.hostname),
    origin: url.origin,
    demoSignIn,
  }
  faults.push(...combinationFaults(env, isSet))
  return faults.length > 0 ? { faults } : { env }
}

const uid2Names = Object.keys(variables).filter((name) => name.startsWith('UID2_'))

/** One message for people: every fault with its remedy. It contains no value. */
export function describeFaults(faults: EnvFault[]): string {
  const lines = faults.map(({ variable, fault, remedy }) => `  ${variable} ${fault}.\n    ${remedy}`)
  return `The environment has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`
}
