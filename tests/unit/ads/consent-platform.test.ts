import { describe, expect, test, vi } from 'vitest'
import {
  type ConsentWindow,
  listenToConsentPlatform,
  type Signals,
} from '#lib/ads/consent/consent-platform.ts'

/** An API as in the specifications: events go to all listeners. */
function api<Data extends object>() {
  const listeners: Array<(data: Data | null, success: boolean) => void> = []
  return {
    listeners,
    emit(data: Data): void {
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
  const isPresent = listenToConsentPlatform(window, (signals) => reports.push(signals))
  const ping = (gppString: string, applicableSections: number[], signalStatus = 'ready') =>
    gpp.emit({ eventName: 'signalStatus', pingData: { signalStatus, gppString, applicableSections } })
  return { tcf, gpp, ping, reports, isPresent }
}

describe('the consent platform’s signals (K6)', () => {
  test('are absent without a platform', () => {
    expect(platform({}).isPresent).toBe(false)
    expect(platform({ gpp: true }).isPresent).toBe(true)
  })

  test.each(['tcloaded', 'useractioncomplete'])('include the TC string after %s', (eventStatus) => {
    const { tcf, reports } = platform({ tcf: true })
    tcf.emit({ eventStatus: 'cmpuishown', gdprApplies: true, tcString: '' })
    expect(reports).toEqual([])
    tcf.emit({ eventStatus, gdprApplies: true, tcString: 'CP' })
    expect(reports).toEqual([{ tcf: 'CP', gdprApplies: true }])
  })

  test('need no TC string where GDPR does not apply', () => {
    const { tcf, reports } = platform({ tcf: true })
    tcf.emit({ gdprApplies: false, tcString: '' })
    expect(reports).toEqual([{ gdprApplies: false }])
  })

  test('include the GPP string once it is ready, not while the reader is asked again', () => {
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

  test('include a GPP string that is ready at the first event', () => {
    const report = vi.fn()
    const pingData = { signalStatus: 'ready', gppString: 'DBAA', applicableSections: [-1] }
    listenToConsentPlatform({ __gpp: (_, callback) => callback({ pingData }, true) }, report)
    expect(report.mock.calls).toEqual([[{ gpp: 'DBAA', gppSid: [-1] }]])
  })

  test('come after both APIs answered, and only when they changed', () => {
    const { tcf, ping, reports } = platform({ tcf: true, gpp: true })
    ping('DBAA', [7])
    expect(reports).toEqual([])
    tcf.emit({ eventStatus: 'tcloaded', gdprApplies: false })
    tcf.emit({ eventStatus: 'tcloaded', gdprApplies: false })
    ping('DBAA', [7])
    expect(reports).toEqual([{ gdprApplies: false, gpp: 'DBAA', gppSid: [7] }])
  })

  test('come from one API when the other refuses the listener', () => {
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
