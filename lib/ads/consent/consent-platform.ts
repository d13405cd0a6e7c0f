/** What a consent platform (CMP) says of the reader, in the shape that `POST /api/identity` takes. */
export interface Signals {
  tcf?: string
  gdprApplies?: boolean
  gpp?: string
  gppSid?: number[]
}

/** https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework: CMP API v2. */
interface TcData {
  eventStatus?: string
  gdprApplies?: boolean
  tcString?: string
  listenerId?: number
}
export type TcfApi = (
  command: string,
  version: 2,
  callback: (data: TcData | null, success: boolean) => void,
  listener?: number,
) => void

/** https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform: CMP API. */
interface GppEvent {
  listenerId?: number
  pingData?: { signalStatus?: string; gppString?: string; applicableSections?: number[] }
}
type GppApi = (
  command: string,
  callback: (event: GppEvent | null, success: boolean) => void,
  listener?: number,
) => void

/** A page's window, as far as a CMP extends it. */
export interface ConsentWindow {
  __tcfapi?: TcfApi | undefined
  __gpp?: GppApi | undefined
}

/** At least its stub, which may be all that there is yet. */
export const hasConsentPlatform = ({ __tcfapi, __gpp }: ConsentWindow): boolean =>
  typeof __tcfapi === 'function' || typeof __gpp === 'function'

/**
 * Reports once every API that is there has answered, a stub's too, and then whenever something has changed.
 * Returns what ends it; null where there is no CMP.
 */
export function listenToConsentPlatform(
  { __tcfapi, __gpp }: ConsentWindow,
  report: (signals: Signals) => void,
): (() => void) | null {
  const listeners = [__tcfapi && listenToTcf(__tcfapi), __gpp && listenToGpp(__gpp)].filter(
    (listen) => listen !== undefined,
  )
  if (listeners.length === 0) return null
  const said = listeners.map((): Signals | null => null)
  let reported = ''
  const ends = listeners.map((listen, index) =>
    listen((signals) => {
      said[index] = signals
      if (said.includes(null)) return
      const all: Signals = Object.assign({}, ...said)
      const text = JSON.stringify(all)
      if (text === reported) return
      reported = text
      report(all)
    }),
  )
  return () => {
    for (const end of ends) end()
  }
}

type Listen = (say: (signals: Signals) => void) => () => void

const listenToTcf = (api: TcfApi): Listen =>
  subscription<TcData>(
    (callback) => api('addEventListener', 2, callback),
    (id) => api('removeEventListener', 2, () => {}, id),
    ({ eventStatus, gdprApplies, tcString }) =>
      // While the reader is being asked, what they said before still stands.
      gdprApplies === false || eventStatus === 'tcloaded' || eventStatus === 'useractioncomplete'
        ? { ...(tcString && { tcf: tcString }), ...(gdprApplies !== undefined && { gdprApplies }) }
        : null,
  )

const listenToGpp = (api: GppApi): Listen =>
  subscription<GppEvent>(
    (callback) => api('addEventListener', callback),
    (id) => api('removeEventListener', () => {}, id),
    ({ pingData: { signalStatus, gppString, applicableSections } = {} }) =>
      signalStatus === 'ready'
        ? {
            ...(gppString && { gpp: gppString }),
            ...(applicableSections && { gppSid: applicableSections }),
          }
        : null,
  )

/** One listener at one API. `read`: null for what says nothing. A stub tells its id only later. */
function subscription<Data extends { listenerId?: number }>(
  add: (callback: (data: Data | null, success: boolean) => void) => void,
  remove: (id: number) => void,
  read: (data: Data) => Signals | null,
): Listen {
  return (say) => {
    let id: number | undefined
    let ended = false
    add((data, success) => {
      id ??= data?.listenerId
      if (ended) {
        if (id !== undefined) remove(id)
        return
      }
      // One that refuses has nothing to say, and must not keep the other from being heard.
      const signals = data && success !== false ? read(data) : {}
      if (signals) say(signals)
    })
    return () => {
      ended = true
      if (id !== undefined) remove(id)
    }
  }
}
