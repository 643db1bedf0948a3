/**
 * A small reader of sFlow version 5, written apart from the simulator and from the server's decoder: it goes by the
 * length fields alone and fails on anything that does not add up.
 */
export interface WalkedFlow {
  kind: 'flow';
  agent: string;
  subAgent: number;
  isExpanded: boolean;
  sequence: number;
  /** Class and index of the data source as the compact form has them in one word; likewise the output. */
  source: number;
  rate: number;
  pool: number;
  drops: number;
  input: number;
  output: number;
  timestampNs: bigint | undefined;
  frameBytes: number;
  header: Uint8Array;
  atMs: number;
}

export interface WalkedCounters {
  kind: 'counters';
  agent: string;
  sequence: number;
  source: number;
  name: string;
  speed: number;
  inOctets: bigint;
  outOctets: bigint;
  inFrames: number;
  outFrames: number;
  outDiscards: number;
  atMs: number;
}

/** A drop notification. */
export interface WalkedDiscard {
  kind: 'discard';
  agent: string;
  sequence: number;
  source: number;
  drops: number;
  input: number;
  output: number;
  reason: number;
  frameBytes: number;
  header: Uint8Array;
  atMs: number;
}

/** A counters sample of the device itself. */
export interface WalkedHost {
  kind: 'host';
  agent: string;
  sequence: number;
  source: number;
  hostName: string;
  atMs: number;
}

export interface Walked {
  agent: string;
  subAgent: number;
  sequence: number;
  uptimeMs: number;
  samples: (WalkedFlow | WalkedCounters | WalkedDiscard | WalkedHost)[];
}

export function walk(bytes: Uint8Array, length: number, atMs = 0): Walked {
  const view = new DataView(new Uint8Array(bytes.subarray(0, length)).buffer);
  if (view.getUint32(0) !== 5) throw new Error('version');
  const size = view.getUint32(4) === 1 ? 4 : 16;
  const agent = Array.from(new Uint8Array(view.buffer, 8, size)).join('.');
  let at = 8 + size;
  const subAgent = view.getUint32(at);
  const sequence = view.getUint32(at + 4);
  const uptimeMs = view.getUint32(at + 8);
  const count = view.getUint32(at + 12);
  at += 16;
  const samples: Walked['samples'] = [];
  for (let i = 0; i < count; i++) {
    const format = view.getUint32(at);
    const end = at + 8 + view.getUint32(at + 4);
    if (end > length) throw new Error(`sample ${i} ends at ${end} of ${length}`);
    const place = {at: at + 8, end, agent, subAgent, atMs};
    if (format === 1 || format === 3) samples.push(walkFlow(view, place, format === 3));
    else if (format === 2 || format === 4) samples.push(walkCounters(view, place, format === 4));
    else if (format === 5) samples.push(walkDiscard(view, place));
    else throw new Error(`sample format ${format}`);
    at = end;
  }
  if (at !== length) throw new Error(`samples end at ${at}, the datagram at ${length}`);
  return {agent, subAgent, sequence, uptimeMs, samples};
}

/** Calls back with format, first byte and length of each record; they must fill the sample exactly. */
function eachRecord(
  view: DataView,
  at: number,
  count: number,
  end: number,
  record: (f: number, at: number, n: number) => void,
) {
  for (let i = 0; i < count; i++) {
    record(view.getUint32(at), at + 8, view.getUint32(at + 4));
    at += 8 + view.getUint32(at + 4);
  }
  if (at !== end) throw new Error(`records end at ${at}, the sample at ${end}`);
}

interface Place {
  at: number;
  end: number;
  agent: string;
  subAgent: number;
  atMs: number;
}

function readHeader(view: DataView, body: number, length: number): Pick<WalkedFlow, 'frameBytes' | 'header'> {
  const headerBytes = view.getUint32(body + 12);
  if (view.getUint32(body) !== 1 || view.getUint32(body + 8) !== 4) throw new Error('protocol or stripped');
  if (length !== 16 + Math.ceil(headerBytes / 4) * 4) throw new Error('length of the header');
  const header = Uint8Array.from(new Uint8Array(view.buffer, body + 16, headerBytes));
  return {frameBytes: view.getUint32(body + 4), header};
}

function readString(view: DataView, at: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, at + 4, view.getUint32(at)));
}

function walkFlow(view: DataView, {at, end, agent, subAgent, atMs}: Place, isExpanded: boolean): WalkedFlow {
  const words = Array.from({length: isExpanded ? 11 : 8}, (_, i) => view.getUint32(at + 4 * i));
  if (isExpanded) {
    // To the compact form.
    const [sequence, sourceClass, index, rate, pool, drops, inFormat, input, outFormat, output, records] = words;
    if (inFormat !== 0) throw new Error(`input of format ${inFormat}`);
    words.splice(0, 11, sequence, sourceClass * 2 ** 24 + index, rate, pool, drops);
    words.push(input, outFormat * 2 ** 30 + output, records);
  }
  let captured: Pick<WalkedFlow, 'frameBytes' | 'header'> = {frameBytes: 0, header: new Uint8Array()};
  let timestampNs: bigint | undefined;
  const formats: number[] = [];
  eachRecord(view, at + (isExpanded ? 44 : 32), words[7], end, (format, body, length) => {
    formats.push(format);
    if (format === 1) captured = readHeader(view, body, length);
    if (format === 1043) timestampNs = view.getBigUint64(body);
  });
  if (!/^1,1001(,1036,1040,1039)?(,1043)?$/.test(formats.join())) throw new Error(`records ${formats}`);
  const [sequence, source, rate, pool, drops, input, output] = words;
  const fields = {sequence, source, rate, pool, drops, input, output, timestampNs};
  return {kind: 'flow', agent, subAgent, isExpanded, ...fields, ...captured, atMs};
}

function walkDiscard(view: DataView, {at, end, agent, atMs}: Place): WalkedDiscard {
  const word = (i: number) => view.getUint32(at + 4 * i);
  let captured: Pick<WalkedFlow, 'frameBytes' | 'header'> = {frameBytes: 0, header: new Uint8Array()};
  eachRecord(view, at + 32, word(7), end, (format, body, length) => {
    if (format !== 1) throw new Error(`record ${format}`);
    captured = readHeader(view, body, length);
  });
  const fields = {sequence: word(0), source: word(1) * 2 ** 24 + word(2), drops: word(3)};
  return {kind: 'discard', agent, ...fields, input: word(4), output: word(5), reason: word(6), ...captured, atMs};
}

function walkCounters(view: DataView, place: Place, isExpanded: boolean): WalkedCounters | WalkedHost {
  const {at, end, agent, atMs} = place;
  const sequence = view.getUint32(at);
  const source = isExpanded ? view.getUint32(at + 4) * 2 ** 24 + view.getUint32(at + 8) : view.getUint32(at + 4);
  const records = at + (isExpanded ? 16 : 12);
  const walked: WalkedCounters = {
    kind: 'counters',
    agent,
    sequence,
    source,
    name: '',
    speed: 0,
    inOctets: 0n,
    outOctets: 0n,
    inFrames: 0,
    outFrames: 0,
    outDiscards: 0,
    atMs,
  };
  let hostName = '';
  const lengths: string[] = [];
  eachRecord(view, records, view.getUint32(records - 4), end, (format, body, length) => {
    lengths.push(`${format}:${format === 1005 || format === 2000 ? 'name' : length}`);
    if (format === 1005) walked.name = readString(view, body);
    if (format === 2000) {
      hostName = readString(view, body);
      if (length !== 4 + Math.ceil(hostName.length / 4) * 4 + 16 + 12) throw new Error(`host_descr of ${length}`);
    }
    if (format !== 1) return;
    walked.speed = Number(view.getBigUint64(body + 8));
    walked.inOctets = view.getBigUint64(body + 24);
    walked.inFrames = view.getUint32(body + 32);
    walked.outOctets = view.getBigUint64(body + 56);
    walked.outFrames = view.getUint32(body + 64);
    walked.outDiscards = view.getUint32(body + 76);
  });
  if (lengths.join() === '2000:name') return {kind: 'host', agent, sequence, source, hostName, atMs};
  // PFC, and an optical module of four lanes.
  if (!/^1:88,2:52(,11:20)?(,10:180)?(,1005:name)?$/.test(lengths.join())) throw new Error(`records ${lengths}`);
  return walked;
}
