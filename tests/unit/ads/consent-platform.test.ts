import { describe, expect, test, vi } from 'vitest'
import {
  type ConsentWindow,
  listenToConsentPlatform,
  type Signals,
} from '#lib/ads/consent/consent-platform.ts'

/** One API as the specifications have it: events go to whoever listens, and listeners have ids. */
function api<Data extends object>() {
  const listeners = new Map<number, (data: Data | null, success: boolean) => void>()
  return {
    listeners,
    add(callback: (data: Data | null, success: boolean) => void): number {
      const id = listeners.size + 7
      listeners.set(id, callback)
      return id
    },
    say(data: Data): void {
      for (const [listenerId, callback] of [...listeners]) callback({ ...data, listenerId }, true)
    },
  }
}

function platform(apis: { tcf?: boolean; gpp?: boolean }) {
  const tcf = api<object>()
  const gpp = api<object>()
  const window: ConsentWindow = {
    ...(apis.tcf && {
      __tcfapi(command, version, callback, id) {
        expect(version).toBe(2)
        if (command === 'addEventListener') tcf.add(callback)
        else callback(null, tcf.listeners.delete(id ?? 0))
      },
    }),
    ...(apis.gpp && {
      __gpp(command, callback, id) {
        if (command === 'addEventListener') {
          const listenerId = gpp.add(callback)
          callback({ listenerId, pingData: { signalStatus: 'not ready', gppString: 'DBAA' } }, true)
        } else callback(null, gpp.listeners.delete(id ?? 0))
      },
    }),
  }
  const reports: Signals[] = []
  const stop = listenToConsentPlatform(window, (signals) => reports.push(signals))
  const ping = (gppString: string, applicableSections: number[], signalStatus = 'ready') =>
    gpp.say({ eventName: 'signalStatus', pingData: { signalStatus, gppString, applicableSections } })
  return { tcf, gpp, ping, reports, stop }
}

describe('K6: what a consent platform says', () => {
  test('K6: without one nothing happens', () => {
    expect(platform({}).stop).toBeNull()
  })

  test.each(['tcloaded', 'useractioncomplete'])('K6: a TC string is taken with %s', (eventStatus) => {
    const { tcf, reports } = platform({ tcf: true })
    tcf.say({ eventStatus: 'cmpuishown', gdprApplies: true, tcString: '' })
    expect(reports).toEqual([])
    tcf.say({ eventStatus, gdprApplies: true, tcString: 'CP' })
    expect(reports).toEqual([{ tcf: 'CP', gdprApplies: true }])
  })

  test('K6: where GDPR does not apply no string is waited for, and none is made up', () => {
    const { tcf, reports } = platform({ tcf: true })
    tcf.say({ gdprApplies: false, tcString: '' })
    expect(reports).toEqual([{ gdprApplies: false }])
  })

  test('K6: a GPP string is taken once it is ready, and not while the reader is being asked again', () => {
    const { ping, reports } = platform({ gpp: true })
    ping('DBABL~A', [7], 'not ready')
    expect(reports).toEqual([])
    ping('DBABL~A', [7])
    ping('DBABL~A', [7], 'not ready')
    ping('DBABL~B', [7])
    expect(reports).toEqual([
      { gpp: 'DBABL~A', gppSid: [7] },
      { gpp: 'DBABL~B', gppSid: [7] },
    ])
  })

  test('K6: one that is ready already when it is asked says so in its first event', () => {
    const report = vi.fn()
    const pingData = { signalStatus: 'ready', gppString: 'DBAA', applicableSections: [-1] }
    listenToConsentPlatform({ __gpp: (_, callback) => callback({ listenerId: 0, pingData }, true) }, report)
    expect(report.mock.calls).toEqual([[{ gpp: 'DBAA', gppSid: [-1] }]])
  })

  test('K6: two APIs are heard before anything is told, and the same again is no news', () => {
    const { tcf, ping, reports } = platform({ tcf: true, gpp: true })
    ping('DBAA', [7])
    expect(reports).toEqual([])
    tcf.say({ eventStatus: 'tcloaded', gdprApplies: false })
    tcf.say({ eventStatus: 'tcloaded', gdprApplies: false })
    ping('DBAA', [7])
    expect(reports).toEqual([{ gdprApplies: false, gpp: 'DBAA', gppSid: [7] }])
  })

  test('K6: an API that refuses to be listened to does not silence the other one', () => {
    const report = vi.fn()
    listenToConsentPlatform(
      {
        __tcfapi: (_command, _version, callback) => callback(null, false),
        __gpp: (_, callback) => callback({ pingData: { signalStatus: 'ready', gppString: 'DBAA' } }, true),
      },
      report,
    )
    expect(report.mock.calls).toEqual([[{ gpp: 'DBAA' }]])
  })

  test('K6: stopping leaves no listener behind, not even at a stub that knew no id yet', () => {
    const { tcf, gpp, stop, reports } = platform({ tcf: true, gpp: true })
    stop?.()
    expect(gpp.listeners.size).toBe(0)
    tcf.say({ eventStatus: 'tcloaded', gdprApplies: false })
    expect(tcf.listeners.size).toBe(0)
    expect(reports).toEqual([])
  })
})
