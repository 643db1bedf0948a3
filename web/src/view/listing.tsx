import type {ComponentChildren} from 'preact';
import type {ChartSource} from '../export/source.ts';
import {ChartMenu} from './chart-menu.tsx';

/** A column of a listing. */
export interface Column<T> {
  heading: string;
  /** Figures stand to the right. */
  isFigure?: boolean;
  cell: (row: T) => ComponentChildren;
  /** The same for a file; columns without it are left out there. */
  value?: (row: T) => string | number | null;
  /** Heading in a file, with its unit, where it is another. */
  fileHeading?: string;
}

interface ListingProps<T> {
  id: string;
  title: string;
  what: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** Said in place of the table where it has no rows: what is missing and why. */
  empty: string;
  queries: ChartSource['queries'];
  /** Said below the table. */
  children?: ComponentChildren;
}

/** A panel with a table, its menu, and a sentence where there is nothing to list. */
export function Listing<T>(props: ListingProps<T>) {
  const {id, title, what, columns, rows, keyOf} = props;
  const filed = columns.filter(({value}) => value !== undefined);
  return (
    <section class="panel listing" aria-labelledby={`${id}-title`} data-testid={`panel-${id}`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{what}</p>
        <div class="controls">
          <ChartMenu
            source={{
              title,
              hasPicture: false,
              table: () => ({
                columns: filed.map(({heading, fileHeading}) => fileHeading ?? heading),
                rows: rows.map((row) => filed.map(({value}) => value!(row))),
              }),
              queries: props.queries,
            }}
          />
        </div>
      </header>
      {rows.length === 0 ? (
        <p class="empty">{props.empty}</p>
      ) : (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                {columns.map(({heading, isFigure}) => (
                  <th key={heading} scope="col" class={isFigure === true ? 'num' : ''}>
                    {heading}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={keyOf(row)} data-testid={`${id}-row`}>
                  {columns.map(({heading, isFigure, cell}) => (
                    <td key={heading} class={isFigure === true ? 'num' : ''}>
                      {cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {props.children}
    </section>
  );
}
