import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const winterLamp: Article = {
  slug: 'a-lamp-against-winter',
  title: 'A lamp against winter',
  standfirst:
    'An engineer kept a diary of his moods for thirteen years, and wondered whether what he lacked could be measured in lux.',
  subject: 'Health',
  published: '2026-09-05',
  minutes: 3,
  Emblem: () => (
    <Emblem>
      <rect x="18" y="16" width="60" height="52" rx="3" fill="var(--lamp)" />
      <rect x="18" y="16" width="60" height="52" rx="3" stroke="currentColor" strokeWidth="2" />
      <path d="M40 68v10M56 68v10M32 79h32" stroke="currentColor" strokeWidth="2" />
      <path d="M28 26h40M28 36h40M28 46h40M28 56h40" stroke="currentColor" strokeWidth="1" opacity=".4" />
    </Emblem>
  ),
  Body,
}

function Body() {
  return (
    <>
      <Opening>
        Herbert Kern was a research engineer in New Jersey, and he did with himself what engineers do with a
        machine that misbehaves: he took readings. From the late nineteen-sixties on he noted how much he
        worked, how much he slept and how he felt. When the notebooks had filled a shelf he saw a period in
        them. It was one year long. Each autumn he slowed down, each spring he came back.
      </Opening>
      <p>
        He took the notebooks to the National Institute of Mental Health at Bethesda, where Alfred Lewy and
        his colleagues had just found that strong light at night stops the human body from making melatonin,
        the hormone of darkness. Room light had not done it, which is why people had thought for years that we
        were unlike other animals in this. We were only less easily impressed. In the winter of 1980 they
        lengthened Kern’s short days, morning and evening, with a box of bright fluorescent tubes. Within a
        few days he felt as he did in spring.
      </p>
      <h2>Four hundred lux is a cave</h2>
      <p>
        To the eye a good office is bright. To a meter it is some four or five hundred lux. Outside the window
        a dull winter sky gives ten times as much, and a summer noon two hundred times. We do not notice,
        because the eye is made not to: it divides the world by its own brightness. But something behind it
        keeps the true account, and it is kept by cells that do not see pictures at all.
      </p>
      <PullQuote>The eye is made not to notice. Something behind it keeps the true account.</PullQuote>
      <Plate
        viewBox="0 0 640 230"
        description="Five bars on a scale of powers of ten: a living room at 100 lux, an office at 500, an overcast winter day at 5,000, a light box at 10,000 and a clear summer noon at 100,000."
        caption="Illuminance in lux. Each line is ten times the one before it, which is roughly how the eye reads the scale, and why the first two look so much like the others."
      >
        <path d="M170 20v180M285 20v180M400 20v180M515 20v180" stroke="currentColor" opacity=".25" />
        <path d="M170 36h115" stroke="currentColor" strokeWidth="12" opacity=".35" />
        <path d="M170 76h195" stroke="currentColor" strokeWidth="12" opacity=".35" />
        <path d="M170 116h310" stroke="currentColor" strokeWidth="12" opacity=".35" />
        <path d="M170 156h345" stroke="var(--lamp)" strokeWidth="12" />
        <path d="M170 196h460" stroke="currentColor" strokeWidth="12" opacity=".35" />
        <text x="158" y="41" textAnchor="end">
          living room
        </text>
        <text x="158" y="81" textAnchor="end">
          office
        </text>
        <text x="158" y="121" textAnchor="end">
          dull winter day
        </text>
        <text x="158" y="161" textAnchor="end">
          light box
        </text>
        <text x="158" y="201" textAnchor="end">
          summer noon
        </text>
        <text x="285" y="224" textAnchor="middle" className="soft">
          100
        </text>
        <text x="400" y="224" textAnchor="middle" className="soft">
          1,000
        </text>
        <text x="515" y="224" textAnchor="middle" className="soft">
          10,000
        </text>
      </Plate>
      <p>
        In January 1984 Norman Rosenthal and others described the condition and gave it a name. The first
        boxes gave 2,500 lux, for hours. Later ones give 10,000, and half an hour after waking will do. When
        Canadian doctors compared such a box with a common drug over a winter, two patients out of three got
        better with either. It is no cure for anything, and it is not for everybody: whoever has trouble with
        the eyes, or moods that also go too high, should ask a doctor first.
      </p>
      <SideNote title="Why there is no ad on this page">
        What you read about your health is nobody’s business. On pieces like this one we show no ads, and no
        advertising ID is made, renewed or looked up, whatever you have answered elsewhere.
      </SideNote>
      <p>
        Kern went on with his notebooks. What is odd about the story is how little was hidden. Everybody north
        of the fiftieth parallel has always known that winter weighs on people, and has always lit lamps
        against it. It took a man with thirteen years of readings to ask how large the lamp would have to be.
        <End />
      </p>
    </>
  )
}
