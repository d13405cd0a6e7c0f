const levels = [
  ['Starlight', '0.001'],
  ['Full moon, high up', '0.25'],
  ['End of civil twilight', '3'],
  ['A lit side street', '10'],
  ['A reading lamp, on the page', '500'],
  ['Overcast noon', '10,000'],
  ['Summer sun', '100,000'],
] as const

/** A small reference table. Its seven rows span eight powers of ten. */
export function Almanac() {
  return (
    <section className="almanac" aria-labelledby="almanac">
      <h2 id="almanac" className="section-title">
        How much light
      </h2>
      <table>
        <caption>On a level surface, clear air, rounded hard.</caption>
        <tbody>
          {levels.map(([what, lux]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{lux} lux</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
