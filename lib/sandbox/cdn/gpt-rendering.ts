import 'server-only'

/**
 * How Google's tag renders an ad in a slot's element. The names are those of the tag's own output, as public
 * pages and https://developers.google.com/publisher-tag/guides/ad-best-practices show them: an inner
 * `google_ads_iframe_<path>_<n>__container__`, a frame without the suffix, and `data-google-query-id` on the
 * element. "Viewable" means half of it for one second: https://developers.google.com/publisher-tag/reference
 * (`ImpressionViewableEvent`). The frame is sandboxed, like a SafeFrame with `sandbox`.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function rendering() {
  interface Shown {
    onLoad(): void
    onVisible(percentage: number): void
    onViewable(): void
  }
  const VIEWABLE_MS = 1_000

  function queryId(): string {
    return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replace(/[+/]/g, '-')
  }

  function empty(element: HTMLElement): void {
    element.removeAttribute('data-google-query-id')
    element.replaceChildren()
  }

  function show(
    element: HTMLElement,
    name: string,
    html: string,
    size: [number, number],
    shown: Shown,
  ): void {
    const [width, height] = size
    const container = document.createElement('div')
    container.id = `${name}__container__`
    container.style.border = '0pt none'
    const frame = document.createElement('iframe')
    frame.id = name
    frame.name = name
    frame.title = '3rd party ad content'
    frame.width = String(width)
    frame.height = String(height)
    frame.style.border = '0px'
    frame.style.verticalAlign = 'bottom'
    frame.setAttribute('scrolling', 'no')
    frame.setAttribute('sandbox', 'allow-scripts allow-popups')
    frame.addEventListener('load', shown.onLoad, { once: true })
    frame.srcdoc = html
    empty(element)
    element.setAttribute('data-google-query-id', queryId())
    container.append(frame)
    element.append(container)
    watch(frame, shown)
  }

  function watch(frame: HTMLElement, shown: Shown): void {
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!frame.isConnected || !entry) return observer.disconnect()
        shown.onVisible(Math.round(entry.intersectionRatio * 100))
        clearTimeout(timer)
        if (entry.intersectionRatio < 0.5) return
        timer = setTimeout(() => {
          observer.disconnect()
          if (frame.isConnected) shown.onViewable()
        }, VIEWABLE_MS)
      },
      { threshold: [0, 0.5, 1] },
    )
    observer.observe(frame)
  }

  /**
   * The creative of a publisher's line items for Prebid. It asks the page for the ad over a message channel
   * and writes it: src/messaging.js and src/renderingManager.js of prebid/prebid-universal-creative.
   * src/secureCreatives.js of prebid.js answers, and then sets the frame's size.
   */
  function universalCreative(adId: string): string {
    const request = JSON.stringify({ message: 'Prebid Request', adId, adServerDomain: '' })
    const done = JSON.stringify({ message: 'Prebid Event', adId, event: 'adRenderSucceeded' })
    const quote = (text: string) => JSON.stringify(text).replaceAll('<', '\\u003c')
    return `<!doctype html><body style="margin:0"><script>(function () {
      var page = parent, origin = ${quote(location.origin)}, channel = new MessageChannel();
      channel.port1.onmessage = function (event) {
        var answer = JSON.parse(event.data);
        if (answer.message !== 'Prebid Response' || !answer.ad) return;
        document.open();
        document.write(answer.ad);
        document.close();
        page.postMessage(${quote(done)}, origin);
      };
      page.postMessage(${quote(request)}, origin, [channel.port2]);
    })()</script></body>`
  }

  return { empty, show, universalCreative }
}
