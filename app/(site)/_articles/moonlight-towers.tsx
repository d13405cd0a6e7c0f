import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const moonlightTowers: Article = {
  slug: 'towns-that-bought-a-moon',
  title: 'The towns that bought a moon',
  standfirst:
    'Before there was a lamp for every street, some American cities tried one lamp for every neighbourhood, on a mast taller than any cathedral nave.',
  subject: 'Arc lamps',
  published: '2026-09-26',
  minutes: 4,
  Emblem: () => (
    <Emblem>
      <circle cx="48" cy="20" r="11" fill="var(--lamp)" />
      <path d="M48 20 40 88M48 20l8 68M46 38h4M44 54h8M42 70h12" stroke="currentColor" strokeWidth="2" />
      <path d="M8 88h80M10 88V76h14v12M68 88V70h18v18" stroke="currentColor" strokeWidth="2" />
    </Emblem>
  ),
  Body,
}

function Body() {
  return (
    <>
      <Opening>
        The first electric street light was far too bright. An arc lamp makes its light by drawing a spark
        between two rods of carbon until the tips are white-hot. Nothing of the kind can be turned down. Hung
        at the height of a gas lamp it blinded the people beneath it, and threw shadows like holes. The cure,
        some engineers thought, was distance. If the lamp is too strong for the street, take it away from the
        street: straight up.
      </Opening>
      <p>
        Wabash, Indiana, tried it in March 1880 with four arc lamps on the dome of its courthouse. In the
        following year San José, California, put an iron skeleton 72 metres high across a whole crossroads,
        with six lamps in its crown. Farmers miles away are said to have complained about their hens. Detroit
        went furthest. By the middle of the decade it had more than a hundred towers and lit nearly everything
        that it had, the alleys included, with almost no lamps on the ground.
      </p>
      <PullQuote>
        If the lamp is too strong for the street, take it away from the street: straight up.
      </PullQuote>
      <h2>The arithmetic of a moon</h2>
      <p>
        Austin, Texas, bought its own in 1894: thirty-one masts, 50 metres tall, each with six arcs. The
        makers promised that one could read a watch anywhere within 1,500 feet, which is 457 metres. It is
        worth doing the sum. Six lamps of a nominal 2,000 candles each are 12,000. Light spreads with the
        square of the distance, so at the rim of the circle they give about six hundredths of a lux on a page
        held up to face them. A full moon at its best gives a quarter of a lux.
      </p>
      <p>
        So the name was honest, and even modest: at the rim it was a moon, but a thin one. Under the tower it
        was stronger, some five lux. A careful eye can tell the hands of a watch by six hundredths of a lux,
        if it has had time to get used to the dark, which it had, because there was nothing else to spoil it.
      </p>
      <Plate
        viewBox="0 110 640 140"
        description="A tower 50 metres tall, and a person at 457 metres from its foot. The light arrives six degrees above the horizontal, and the person’s shadow is nine times their height."
        caption="Tower and circle to one scale; the reader with the watch is drawn six times too large. The light comes in at six degrees, so every shadow is nine times as long as what throws it."
      >
        <path d="M40 166 611 214H40Z" fill="var(--lamp)" opacity=".2" />
        <path d="M40 166 611 214" stroke="var(--lamp)" strokeWidth="1.5" strokeDasharray="5 5" />
        <path d="M0 214h640" stroke="currentColor" strokeWidth="2" />
        <path d="M40 166 36 214M40 166l4 48" stroke="currentColor" strokeWidth="2" />
        <circle cx="40" cy="164" r="7" fill="var(--lamp)" />
        <circle cx="480" cy="204" r="2.5" fill="currentColor" />
        <path d="M477.5 206.5h5v7.5h-5Z" fill="currentColor" />
        <path d="M483 217h128" stroke="currentColor" strokeWidth="4" opacity=".55" />
        <g className="soft">
          <text x="56" y="160">
            50 m
          </text>
          <text x="260" y="238" textAnchor="middle">
            457 m
          </text>
          <text x="548" y="238" textAnchor="middle">
            shadow
          </text>
        </g>
      </Plate>
      <h2>Why it did not last</h2>
      <p>
        The towers had two faults. The first is in the drawing. From so far away the light comes in almost
        level, like the sun half an hour before it sets. Each tree, each fence and each house laid a long
        black bar behind it, and in summer, when the streets of Austin or Detroit were under leaves, the moon
        shone mostly on the roof of the canopy.
      </p>
      <p>
        The second was the carbon. It burned away by centimetres in an evening, so that every day somebody
        rode a hand-worked lift to the top of every mast to set new rods. When filament lamps came that could
        burn for weeks, small enough to hang low over each corner, the sum came out the other way. Detroit
        took its towers down. San José’s fell in a gale in December 1915.
      </p>
      <SideNote title="The last ones">
        Austin never quite let go. Its masts went from carbon to filaments, and in 1936 to mercury vapour.
        They have been on the national register of historic places since 1976, and more than a dozen still
        stand and are still lit.
      </SideNote>
      <p>
        It is easy to smile at a city that lit its alleys from a mast. But the idea returns whenever light
        becomes cheap: floodlit motorway junctions are moonlight towers, and so is the mirror that engineers
        now and then propose to put in orbit. Each time the question is the one that Austin answered with its
        eyes open. Would you rather have a little light everywhere, or enough of it where you are?
        <End />
      </p>
    </>
  )
}
