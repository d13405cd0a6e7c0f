import 'server-only'
import type { Variables } from './variables'

/** What is wrong with one variable, and how to get a correct value. Never contains the value. */
export interface EnvFault {
  variable: string
  fault: string
  remedy: string
}

export interface ParsedEnv {
  values: Variables
  mode: 'sandbox' | 'real'
  /** NEXTAUTH_URL is set and not loopback. */
  deployed: boolean
  /** Origin of NEXTAUTH_URL, the only one that redirects and same-origin checks accept. */
  origin: string
  demoSignIn: boolean
}
