import { describe, expect, test, vi } from 'vitest'
import {
  type ConsentWindow,
  listenToConsentPlatform,
  type Signals,
} from '#lib/ads/consent/consent-platform.ts'

/** One API as the specifications have it: events go to all listeners. */
function api<Data extends object>() {
  const listeners: Array<(data: Data | null, success: boolean) => void> = []
  return {
    listeners,
    say(data: Data): void {
      for (const listener of listeners) listener(data, true)
    },
  }
}

function platform(apis: { tcf?: boolean; gpp?: boolean }) {
  const tcf = api<object>()
  const gpp = api<object>()
  const window: ConsentWindow = {
    ...(apis.tcf && {
      __tcfapi(command, version, callback) {
        expect([command, version]).toEqual(['addEventListener', 2])
        tcf.listeners.push(callback)
      },
    }),
    ...(apis.gpp && {
      __gpp(command, callback) {
        expect(command).toBe('addEventListener')
        gpp.listeners.push(callback)
        callback({ pingData: { signalStatus: 'not ready', gppString: 'DBAA' } }, true)
      },
    }),
  }
  const reports: Signals[] = []
  const isThere = listenToConsentPlatform(window, (signals) => reports.push(signals))
  const ping = (gppString: string, applicableSections: number[], signalStatus = 'ready') =>
    gpp.say({ eventName: 'signalStatus', pingData: { signalStatus, gppString, applicableSections } })
  return { tcf, gpp, ping, reports, isThere }
}

describe('K6: what a consent platform says', () => {
  test('K6: without one nothing happens', () => {
    expect(platform({}).isThere).toBe(false)
    expect(platform({ gpp: true }).isThere).toBe(true)
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
    listenToConsentPlatform({ __gpp: (_, callback) => callback({ pingData }, true) }, report)
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
})
