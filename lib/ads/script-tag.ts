/** Loads a third party's script as a tag. If it is blocked or offline, rejects and removes the tag. */
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
