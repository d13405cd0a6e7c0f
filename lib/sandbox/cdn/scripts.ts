import 'server-only'

import { type GptParts, gpt } from './gpt'
import { rendering } from './gpt-rendering'
import { adRequests } from './gpt-requests'
import { secureSignals } from './gpt-signals'
import { slots } from './gpt-slots'
import { type SdkParts, sdk } from './sdk'
import type { SdkNames } from './sdk-api'
import { sdkPromises } from './sdk-promises'
import { sdkRefresh } from './sdk-refresh'
import { sdkStore } from './sdk-store'
import { type SignalNames, secureSignal } from './secure-signal'

const gptParts: GptParts = { adRequests, rendering, secureSignals, slots }
const sdkParts: SdkParts = { sdkPromises, sdkRefresh, sdkStore }

const uid2Sdk: SdkNames = {
  product: 'UID2',
  global: '__uid2',
  cookie: '__uid_2',
  storageKey: 'UID2-sdk-identity',
  baseUrl: 'https://prod.uidapi.com',
}
const euidSdk: SdkNames = {
  product: 'EUID',
  global: '__euid',
  cookie: '__euid',
  storageKey: 'EUID-sdk-identity',
  baseUrl: 'https://prod.euid.eu',
}
const uid2Signal: SignalNames = {
  source: 'uidapi.com',
  sdk: '__uid2',
  tokenFunction: 'getUid2AdvertisingToken',
  provider: '__uid2SecureSignalProvider',
}
const euidSignal: SignalNames = {
  source: 'euid.eu',
  sdk: '__euid',
  tokenFunction: 'getEuidAdvertisingToken',
  provider: '__euidSecureSignalProvider',
}

const scripts = new Map<string, () => string>([
  ['gpt.js', () => callOf(gpt, gptParts)],
  ['uid2-sdk.js', () => callOf(sdk, uid2Sdk, sdkParts)],
  ['euid-sdk.js', () => callOf(sdk, euidSdk, sdkParts)],
  ['uid2SecureSignal.js', () => callOf(secureSignal, uid2Signal)],
  ['euidSecureSignal.js', () => callOf(secureSignal, euidSignal)],
])

/** The text of a stand-in for a third-party script, or undefined for an unknown name. */
export function cdnScript(name: string): string | undefined {
  return scripts.get(name)?.()
}

/** The text of a call of a function that needs only globals and its arguments. */
function callOf<Given extends object[]>(run: (...given: Given) => void, ...given: Given): string {
  return `(${run})(${given.map(textOf).join()})`
}

/** JSON that may contain functions. */
function textOf(value: unknown): string {
  if (typeof value === 'function') return `(${value})`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`)
  return `{${members.join()}}`
}
