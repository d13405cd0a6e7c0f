import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const duskBlue: Article = {
  slug: 'why-dusk-is-blue',
  title: 'Why dusk is blue',
  standfirst:
    'Everybody can explain the blue of noon. The blue that follows sunset is another matter, and it was explained only in 1953.',
  subject: 'The sky',
  published: '2026-09-12',
  minutes: 3,
  Emblem: () => (
    <Emblem>
      <path d="M0 72a48 48 0 0 1 96 0Z" fill="currentColor" opacity=".16" />
      <path d="M14 72a34 34 0 0 1 68 0Z" fill="currentColor" opacity=".24" />
      <path d="M32 72a16 16 0 0 1 32 0Z" fill="var(--lamp)" />
      <path d="M0 72h96" stroke="currentColor" strokeWidth="2" />
      <circle cx="70" cy="22" r="2.5" fill="currentColor" />
    </Emblem>
  ),
  Body,
}

function Body() {
  return (
    <>
      <Opening>
        The daytime sky is blue because air scatters short waves more than long ones. That is the answer in
        every schoolbook, it is Lord Rayleigh’s, and it is right. It has an awkward consequence. If blue is
        scattered out of the sunlight on its way, then sunlight that has come a very long way should have none
        left. Just after sunset, the rays that reach the air overhead have grazed the whole curve of the
        atmosphere. They are orange. Whatever they light up ought to look, at best, like weak tea.
      </Opening>
      <p>
        And yet one looks straight up, a quarter of an hour after the sun has gone, and the sky is not brown.
        It is blue: a deeper, more even blue than it was all day. Painters know the hour. Photographers call
        it by its colour. For a long time hardly anybody seems to have noticed that it could not be so.
      </p>
      <h2>A hole in the orange</h2>
      <p>
        Edward Hulburt noticed. He was a physicist at the United States Naval Research Laboratory, and in 1952
        he measured the twilight sky from a mountain in New Mexico. Then he did the sum for an atmosphere of
        pure air. His figures came out as expected, which is to say wrong: dull, greyish, tending to yellow.
        Something else was in the way of the light, and it had to be something that took out orange.
      </p>
      <p>
        The only candidate was ozone. One thinks of it as a shield against the ultraviolet, and there it is
        nearly opaque. But it also has a shallow, wide absorption right across the orange and the yellow,
        found by James Chappuis in 1880, and so faint that at noon it hardly counts. The sun then shines down
        through the ozone layer by the shortest way.
      </p>
      <PullQuote>At noon the light goes through the ozone. At dusk it goes along it.</PullQuote>
      <Plate
        viewBox="0 0 640 270"
        description="The curved earth under a thin layer of ozone. The noon ray crosses the layer steeply; the twilight ray runs along inside it for a long way."
        caption="Not to scale: the layer is drawn some twenty times too thick. A ray at noon crosses it; a ray at dusk runs along it before it is scattered down to the eye."
      >
        <path d="M-40 330a560 420 0 0 1 720 0Z" fill="currentColor" opacity=".14" />
        <path d="M-40 330a560 420 0 0 1 720 0" stroke="currentColor" strokeWidth="2" />
        <path d="M-70 292a600 450 0 0 1 780 0" stroke="currentColor" strokeWidth="22" opacity=".16" />
        <path d="M320 4v218" stroke="var(--lamp)" strokeWidth="3" />
        <path d="M640 232 320 184" stroke="var(--lamp)" strokeWidth="3" />
        <path d="M320 184v38" stroke="currentColor" strokeDasharray="3 4" strokeWidth="2" />
        <circle cx="320" cy="224" r="5" fill="currentColor" />
        <text x="332" y="26">
          noon
        </text>
        <text x="622" y="212" textAnchor="end">
          dusk
        </text>
        <text x="96" y="180" className="soft">
          ozone
        </text>
        <text x="338" y="248">
          you
        </text>
      </Plate>
      <p>
        At dusk it is different. The sun’s rays arrive edgeways and travel through the layer for hundreds of
        kilometres. Over such a length even a faint stain tells. The orange is taken out, what is left leans
        to the blue, and that is the light which the high air passes down to us. Hulburt reckoned that at the
        moment of sunset the ozone accounts for two thirds of the blue overhead, and ordinary scattering for
        one. As the sun sinks the ozone’s share grows, until nearly all of it is its doing.
      </p>
      <SideNote title="How to see it">
        Choose a clear evening, and turn your back to the sunset. Ten to thirty minutes after the sun has
        gone, look at the zenith through a rolled sheet of paper, so that the warm horizon does not influence
        your eye.
      </SideNote>
      <p>
        There is more to twilight than that one colour. Dust left by a volcano can turn it purple for a year,
        and the earth’s own shadow rises in the east as a slate-coloured band. But the plain blue is the
        strangest part, because it is so plain. It was in front of everybody, every clear evening, and looked
        so much like the blue that had just been explained that it took some eighty years to ask about it.
        <End />
      </p>
    </>
  )
}
