import { TcfEuV2 } from '@iabgpp/cmpapi'
import type { BrowserContext, Page } from '@playwright/test'
import { gppOf } from './gpp.ts'

/*
 * A consent platform for tests, with the APIs of the specifications:
 * https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20CMP%20API%20v2.md
 * https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/blob/main/Core/CMP%20API%20Specification.md
 * Strings are decoded here, by IAB's code. In the page it behaves like a real one: first a stub that queues calls,
 * then the platform, which stores the reader's decision and notifies only the tab in which it was made.
 */

/** The part of the specification's `TCData` that is read here. */
export interface TcData {
  tcString: string
  gdprApplies: boolean
  purpose: Bases
  vendor: Bases
  publisher: { restrictions: object }
}
interface Bases {
  consents: Record<number, boolean>
  legitimateInterests: Record<number, boolean>
}

/** The part of the specification's `PingData` that is read here. */
interface PingData {
  gppString: string
  applicableSections: number[]
  parsedSections: object
}

/**
 * The reader's decision. An API that is not named does not exist. `null`: only its stub exists, and never
 * answers.
 */
export interface Decision {
  tcf?: TcData | null
  gpp?: PingData | null
}

export function tcDataOf(tcString: string, gdprApplies = true): TcData {
  const core = new TcfEuV2(tcString)
  const bits = (field: string) =>
    Object.fromEntries((core.getFieldValue(field) as boolean[]).map((bit, index) => [index + 1, bit]))
  const ids = (field: string) =>
    Object.fromEntries((core.getFieldValue(field) as number[]).map((id) => [id, true]))
  return {
    tcString,
    gdprApplies,
    purpose: {
      consents: bits('PurposeConsents'),
      legitimateInterests: bits('PurposeLegitimateInterests'),
    },
    vendor: { consents: ids('VendorConsents'), legitimateInterests: ids('VendorLegitimateInterests') },
    publisher: { restrictions: {} },
  }
}

/** Where GDPR does not apply, a platform needs no string. */
export const noGdpr: TcData = {
  tcString: '',
  gdprApplies: false,
  purpose: { consents: {}, legitimateInterests: {} },
  vendor: { consents: {}, legitimateInterests: {} },
  publisher: { restrictions: {} },
}

/** For one applicable section: the reader was notified of each opt-out and used none, except `fields`. */
export function pingDataOf(name: string, fields: Record<string, unknown> = {}): PingData {
  const { gpp, gppSid, section } = gppOf(name, fields)
  return { gppString: gpp, applicableSections: gppSid, parsedSections: { [name]: section } }
}

/** A reader in the US whose platform speaks GPP. */
export const inUs = (name: string, fields: Record<string, unknown> = {}): Decision => ({
  gpp: pingDataOf(name, fields),
})

/** Adds the platform to every page of this browser, with a decision of an earlier visit. */
export async function installCmp(context: BrowserContext, decision: Decision): Promise<void> {
  await context.addInitScript(cmp, decision)
}

/** The reader opens the platform on this page and decides again. */
export async function decide(page: Page, decision: Decision): Promise<void> {
  await page.evaluate((decision) => window.cmpStandIn.decide(decision), decision)
}

declare global {
  interface Window {
    cmpStandIn: { decide(decision: Decision): void }
  }
}

/** Runs in the page. */
function cmp(first: Decision): void {
  // Ad frames have no platform of their own, and a blank tab has no storage.
  if (window !== window.top || window.origin === 'null') return
  const kept = 'cmp-stand-in'
  let decision: Decision = JSON.parse(localStorage.getItem(kept) ?? 'null') ?? first
  /** A real platform loads later than its stub. */
  let loaded = false
  let listeners = 0
  const tcfListeners = new Map<number, (data: object | null, success: boolean) => void>()
  const gppListeners = new Map<number, (event: object, success: boolean) => void>()
  const queue: Array<() => void> = []

  function tcData(eventStatus: string, listenerId?: number): object {
    const shared = {
      tcfPolicyVersion: 5,
      cmpId: 10,
      cmpVersion: 1,
      cmpStatus: 'loaded',
      isServiceSpecific: true,
    }
    return { ...decision.tcf, ...shared, eventStatus, listenerId }
  }

  function pingData(signalStatus: string): object {
    const status = loaded ? 'loaded' : 'stub'
    const display = signalStatus === 'ready' ? 'hidden' : 'visible'
    const version = { gppVersion: '1.1', cmpId: 10, supportedAPIs: ['2:tcfeuv2', '7:usnat'] }
    const data = loaded ? decision.gpp : { gppString: '', applicableSections: [], parsedSections: {} }
    return {
      ...version,
      cmpStatus: status,
      cmpDisplayStatus: display,
      signalStatus,
      sectionList: [],
      ...data,
    }
  }

  const answersTcf = () => loaded && decision.tcf !== null
  const answersGpp = () => loaded && decision.gpp !== null
  const gppStatus = () => (answersGpp() ? 'ready' : 'not ready')

  function tcfApi(
    command: string,
    version: number,
    callback: (data: never, success: boolean) => void,
    id?: number,
  ) {
    const answer = callback as (data: unknown, success: boolean) => void
    if (command === 'ping')
      return answer({ gdprApplies: decision.tcf?.gdprApplies, cmpLoaded: loaded, apiVersion: '2.2' }, true)
    if (!answersTcf()) return void queue.push(() => tcfApi(command, version, callback, id))
    if (command === 'addEventListener') {
      const listenerId = listeners++
      tcfListeners.set(listenerId, answer)
      answer(tcData('tcloaded', listenerId), true)
    } else if (command === 'removeEventListener') answer(tcfListeners.delete(id ?? -1), true)
    else answer(null, false)
  }

  function gppApi(command: string, callback: (data: never, success: boolean) => void, parameter?: unknown) {
    const answer = callback as (data: unknown, success: boolean) => void
    if (command === 'ping') return answer(pingData(gppStatus()), true)
    if (command === 'addEventListener') {
      const listenerId = listeners++
      gppListeners.set(listenerId, answer)
      const event = { eventName: 'listenerRegistered', listenerId, data: true }
      return answer({ ...event, pingData: pingData(gppStatus()) }, true)
    }
    if (command === 'removeEventListener')
      return answer({ data: gppListeners.delete(Number(parameter)) }, true)
    answer(null, false)
  }

  function notifyTcf(status: string): void {
    for (const [id, listener] of [...tcfListeners]) listener(tcData(status, id), true)
  }

  function notifyGpp(eventName: string, data: unknown, signalStatus: string): void {
    for (const [listenerId, listener] of [...gppListeners])
      listener({ eventName, listenerId, data, pingData: pingData(signalStatus) }, true)
  }

  if (first.tcf !== undefined) Object.assign(window, { __tcfapi: tcfApi })
  if (first.gpp !== undefined) Object.assign(window, { __gpp: gppApi })
  window.cmpStandIn = {
    decide(next) {
      if (next.tcf) notifyTcf('cmpuishown')
      if (next.gpp) notifyGpp('signalStatus', 'not ready', 'not ready')
      decision = { ...decision, ...next }
      localStorage.setItem(kept, JSON.stringify(decision))
      if (next.tcf) {
        notifyTcf('useractioncomplete')
        for (const run of queue.splice(0)) run()
      }
      if (next.gpp) {
        notifyGpp('sectionChange', '', 'not ready')
        notifyGpp('signalStatus', 'ready', 'ready')
      }
    },
  }
  setTimeout(() => {
    loaded = true
    if (answersTcf()) for (const run of queue.splice(0)) run()
    if (answersGpp()) notifyGpp('signalStatus', 'ready', 'ready')
  }, 50)
}
