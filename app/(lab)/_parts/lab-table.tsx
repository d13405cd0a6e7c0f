import type { ReactNode } from 'react'

export interface LabRow {
  /** As many as there are columns. */
  cells: readonly ReactNode[]
  marked?: boolean
}

/** A table on a wide screen; on a phone each row is a card, and each cell has its column's name above it. */
export function LabTable({ columns, rows }: { columns: readonly string[]; rows: readonly LabRow[] }) {
  return (
    <table className="lab-table">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ cells, marked = false }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what comes in on top changes words, and moves no row.
          <tr key={place} data-marked={marked}>
            {columns.map((column, index) => (
              <td key={column} data-column={column}>
                {cells[index]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
