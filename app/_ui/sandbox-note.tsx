/** Tells visitors that this is a sandbox. */
export function SandboxNote() {
  return (
    <p className="sandbox-note" data-sandbox-note="">
      <strong>Sandbox.</strong> The UID2 operator, the ad exchange and the buyer behind this site are
      stand-ins that run inside it. No real advertising company receives anything.{' '}
      {/* A full page load, so that nothing of this page stays active. */}
      <a href="/patterns">See each way to hand over a token</a>
    </p>
  )
}
