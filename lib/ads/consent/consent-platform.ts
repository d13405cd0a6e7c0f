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
}
export type TcfApi = (
  command: string,
  version: 2,
  callback: (data: TcData | null, success: boolean) => void,
) => void

/** https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform: CMP API. */
interface GppEvent {
  pingData?: { signalStatus?: string; gppString?: string; applicableSections?: number[] }
}
type GppApi = (command: string, callback: (event: GppEvent | null, success: boolean) => void) => void

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
 * False where there is no CMP.
 */
export function listenToConsentPlatform(
  { __tcfapi, __gpp }: ConsentWindow,
  report: (signals: Signals) => void,
): boolean {
  const listeners = [__tcfapi && listenToTcf(__tcfapi), __gpp && listenToGpp(__gpp)].filter(
    (listen) => listen !== undefined,
  )
  const said = listeners.map((): Signals | null => null)
  let reported = ''
  for (const [index, listen] of listeners.entries())
    listen((signals) => {
      said[index] = signals
      if (said.includes(null)) return
      const all: Signals = Object.assign({}, ...said)
      const text = JSON.stringify(all)
      if (text === reported) return
      reported = text
      report(all)
    })
  return listeners.length > 0
}

type Say = (signals: Signals) => void
type Listen = (say: Say) => void

const listenToTcf =
  (api: TcfApi): Listen =>
  (say) =>
    api('addEventListener', 2, listener(tcfSignals, say))

const listenToGpp =
  (api: GppApi): Listen =>
  (say) =>
    api('addEventListener', listener(gppSignals, say))

/** Null while the reader is being asked: what they said before still stands. */
const tcfSignals = ({ eventStatus, gdprApplies, tcString }: TcData): Signals | null =>
  gdprApplies === false || eventStatus === 'tcloaded' || eventStatus === 'useractioncomplete'
    ? { ...(tcString && { tcf: tcString }), ...(gdprApplies !== undefined && { gdprApplies }) }
    : null

const gppSignals = ({
  pingData: { signalStatus, gppString, applicableSections } = {},
}: GppEvent): Signals | null =>
  signalStatus === 'ready'
    ? { ...(gppString && { gpp: gppString }), ...(applicableSections && { gppSid: applicableSections }) }
    : null

const listener =
  <Data>(read: (data: Data) => Signals | null, say: Say) =>
  (data: Data | null, success: boolean): void => {
    // An API that refuses has nothing to say, and must not keep the other from being heard.
    const signals = data && success !== false ? read(data) : {}
    if (signals) say(signals)
  }
