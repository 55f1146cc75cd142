/* Rows for daily work: a table on a wide screen, on a narrow one each row with its labels. */
import type { ComponentChildren } from 'preact';

export interface Column<T> {
  readonly label: string;
  readonly cell: (item: T) => ComponentChildren;
  readonly look?: 'nowrap' | 'figure' | 'wide';
}

interface Props<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly lookOf?: (item: T) => string | undefined;
}

export function Table<T>({ caption, columns, items, keyOf, lookOf }: Props<T>) {
  return (
    <table class="table dense">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label, look }) => (
            <th key={label} scope="col" class={look}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)} class={lookOf?.(item)} data-row={keyOf(item)}>
            {columns.map(({ label, cell, look }) => (
              <td key={label} data-label={label} class={look}>
                <div>{cell(item)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
