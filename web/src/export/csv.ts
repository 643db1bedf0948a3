import type {Table} from './source.ts';

/** The table as CSV after RFC 4180. A text that a spreadsheet would take for a formula is kept a text. */
export function csvOf({columns, rows}: Table): string {
  const lines = [columns, ...rows].map((row) => row.map(cell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
