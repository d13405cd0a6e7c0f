/** What a visitor must know before believing anything that this site shows about itself. */
export function SandboxNote() {
  return (
    <p className="sandbox-note" data-sandbox-note="">
      <strong>Sandbox.</strong> The UID2 operator, the ad exchange and the buyer behind this site are
      stand-ins that run inside it. No real advertising company receives anything.{' '}
      {/* A full load, so that nothing of this page takes part there. */}
      <a href="/patterns">See each way to hand over a token</a>
    </p>
  )
}
