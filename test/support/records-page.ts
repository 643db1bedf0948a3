/** Writes docs/sflow-records.md from the table of formats, so that the page cannot say something else than the code. */
import type {Field, RecordFormat} from '../../src/sflow/records/schema.ts';
import {recordFormats} from '../../src/sflow/records/table.ts';

const SAMPLES: readonly (readonly [string, string, string])[] = [
  ['0:1', 'flow_sample', 'test/sflow/datagram.test.ts'],
  ['0:2', 'counters_sample', 'test/sflow/datagram.test.ts'],
  ['0:3', 'flow_sample_expanded', 'test/sflow/datagram.test.ts'],
  ['0:4', 'counters_sample_expanded', 'test/sflow/datagram.test.ts'],
  ['0:5', 'discarded_packet', 'test/sflow/datagram.test.ts'],
  ['4300:1002', 'rtmetric', 'test/sflow/text.test.ts'],
  ['4300:1003', 'rtflow', 'test/sflow/text.test.ts'],
];

const INTRODUCTION = `# sFlow records

What \`tenhertz decode\` prints of each sFlow version 5 record. This page is written from the table of formats in
\`src/sflow/records/\`: to add a record, add a row there, and run \`npx vitest run --config test/vitest.config.ts -u
test/sflow/records-page\`.

- Names are the specification's. A number with a meaning has its name beside it, as \`…_name\`.
- A counter of all ones is unknown (sFlow version 5, "counters") and printed as \`null\`.
- Percentages and temperatures are in percent and degrees Celsius; other units stand in the names, as on the wire.
- 64-bit numbers past 2^53 are printed as text, so that no digit is lost.
- \`truncated\` marks a record that ends inside its fields, \`extra_bytes\` what follows the known ones.
- Records of formats that are not here are printed as enterprise, format and hex.
- \`sampled_header\` is followed by \`packet\`: every layer of the header, through tunnels, with its fields, and what the
  server makes of it (RoCE class, Ultra Ethernet class, pause frames, trimmed bytes).

Fields marked with ? are left out by some agents.
`;

const DIFFERENCES = `## Compared with sflowtool

Every field that sflowtool prints for the captures this was tested with is in the JSON with the same value, and
\`--format line\` is the same line for line (\`test/cli/decode-captures.test.ts\`), except:

| where | sflowtool | tenhertz | why |
|---|---|---|---|
| counters, and VLAN priorities, of all ones | 4294967295 | null | sFlow version 5: such a counter is not supported |
| IPv4 identification | bytes swapped on little-endian hosts | as on the wire | RFC 791: network byte order |
| a sample length that is 4 to 16 bytes too small | gives up on the datagram | reads the records | their own lengths are whole and the next sample follows them |
| a sample length past the end of the datagram | gives up after the record | reads what is there | the record is whole |
| a string without its padding at the end of a sample | gives up on the datagram | reads the string | its own length says that it is whole |
| extended_acl | skipped | decoded | sflow_drops.txt |
| a UDP length that is damaged | counts the frame's padding as datagram | goes by the IP length | RFC 791: total length |
`;

/** The whole page. */
export function recordsPage(): string {
  return [
    INTRODUCTION,
    '## Samples\n',
    table(
      ['format', 'name', 'tested by'],
      SAMPLES.map(([format, name, test]) => [format, `\`${name}\``, `\`${test}\``]),
    ),
    '## Flow records\n',
    recordTable('flow'),
    '## Counter records\n',
    recordTable('counter'),
    DIFFERENCES,
  ].join('\n');
}

function recordTable(kind: RecordFormat['kind']): string {
  const rows = recordFormats.filter((format) => format.kind === kind);
  return table(
    ['format', 'name', 'fields', 'specification', 'tested by'],
    rows.map((format) => [
      `${format.enterprise}:${format.format}`,
      `\`${format.name}\``,
      `${fields(format.fields)}${format.note === undefined ? '' : ` (${format.note})`}`,
      format.spec,
      `\`test/sflow/records.test.ts\`: ${kind} ${format.enterprise}:${format.format} ${format.name}`,
    ]),
  );
}

function fields(list: readonly Field[]): string {
  return list.map((field) => `${field.name}${field.optional === true ? '?' : ''} ${typeOf(field)}`).join(', ');
}

function typeOf(field: Field): string {
  if (field.type !== 'list') return field.type;
  const [first] = field.of!;
  return first!.name === '' ? `[${typeOf(first!)}]` : `[{${fields(field.of!)}}]`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n`;
}
