import {counterApplicationFormats} from './counter-application.ts';
import {counterHostFormats} from './counter-host.ts';
import {counterInterfaceFormats} from './counter-interface.ts';
import {counterVendorFormats} from './counter-vendor.ts';
import {flowApplicationFormats} from './flow-application.ts';
import {flowForwardingFormats} from './flow-forwarding.ts';
import {flowPacketFormats} from './flow-packet.ts';
import type {RecordFormat, RecordKind} from './schema.ts';

/** Every record format that is decoded, ordered by kind, enterprise and number. */
export const recordFormats: readonly RecordFormat[] = [
  ...flowPacketFormats,
  ...flowForwardingFormats,
  ...flowApplicationFormats,
  ...counterInterfaceFormats,
  ...counterHostFormats,
  ...counterApplicationFormats,
  ...counterVendorFormats,
].sort(
  (a, b) =>
    Number(a.kind === 'counter') - Number(b.kind === 'counter') || a.enterprise - b.enterprise || a.format - b.format,
);

const byWord = {flow: new Map<number, RecordFormat>(), counter: new Map<number, RecordFormat>()};
for (const format of recordFormats) byWord[format.kind].set(formatWord(format.enterprise, format.format), format);

/** The data_format word: 20 bits of enterprise, 12 of format (v5). Unsigned, also for enterprises past 2^19. */
export function formatWord(enterprise: number, format: number): number {
  return ((enterprise << 12) | format) >>> 0;
}

/** The format that a data_format word names in samples of this kind; undefined when it is not decoded. */
export function findRecordFormat(kind: RecordKind, word: number): RecordFormat | undefined {
  return byWord[kind].get(word);
}
