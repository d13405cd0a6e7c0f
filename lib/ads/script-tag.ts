/** A script of somebody else's, as a tag. Rejects when it is blocked or the network is gone; the tag goes then. */
export function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = url
    script.async = true
    script.onload = () => resolve()
    script.onerror = () => {
      script.remove()
      reject(new Error(`${new URL(url, location.origin).pathname} could not be loaded.`))
    }
    document.head.append(script)
  })
}
