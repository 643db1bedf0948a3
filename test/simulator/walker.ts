/**
 * A small reader of sFlow version 5, written apart from the simulator and from the server's decoder: it goes by the
 * length fields alone and fails on anything that does not add up.
 */
export interface WalkedFlow {
  kind: 'flow';
  agent: string;
  sequence: number;
  source: number;
  rate: number;
  pool: number;
  input: number;
  output: number;
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

export interface Walked {
  agent: string;
  sequence: number;
  uptimeMs: number;
  samples: (WalkedFlow | WalkedCounters)[];
}

export function walk(bytes: Uint8Array, length: number, atMs = 0): Walked {
  const view = new DataView(new Uint8Array(bytes.subarray(0, length)).buffer);
  if (view.getUint32(0) !== 5) throw new Error('version');
  const size = view.getUint32(4) === 1 ? 4 : 16;
  const agent = Array.from(new Uint8Array(view.buffer, 8, size)).join('.');
  let at = 8 + size;
  const sequence = view.getUint32(at + 4);
  const uptimeMs = view.getUint32(at + 8);
  const count = view.getUint32(at + 12);
  at += 16;
  const samples: Walked['samples'] = [];
  for (let i = 0; i < count; i++) {
    const format = view.getUint32(at);
    const end = at + 8 + view.getUint32(at + 4);
    if (end > length) throw new Error(`sample ${i} ends at ${end} of ${length}`);
    if (format === 1) samples.push(walkFlow(view, at + 8, end, agent, atMs));
    else if (format === 2) samples.push(walkCounters(view, at + 8, end, agent, atMs));
    else throw new Error(`sample format ${format}`);
    at = end;
  }
  if (at !== length) throw new Error(`samples end at ${at}, the datagram at ${length}`);
  return {agent, sequence, uptimeMs, samples};
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

function walkFlow(view: DataView, at: number, end: number, agent: string, atMs: number): WalkedFlow {
  const word = (i: number) => view.getUint32(at + 4 * i);
  let frameBytes = 0;
  let header = new Uint8Array();
  const formats: number[] = [];
  eachRecord(view, at + 32, word(7), end, (format, body, length) => {
    formats.push(format);
    if (format !== 1) return;
    const headerBytes = view.getUint32(body + 12);
    if (view.getUint32(body) !== 1 || view.getUint32(body + 8) !== 4) throw new Error('protocol or stripped');
    if (length !== 16 + Math.ceil(headerBytes / 4) * 4) throw new Error('length of the header');
    frameBytes = view.getUint32(body + 4);
    header = Uint8Array.from(new Uint8Array(view.buffer, body + 16, headerBytes));
  });
  if (formats.join() !== '1,1001') throw new Error(`records ${formats}`);
  return {
    kind: 'flow',
    agent,
    sequence: word(0),
    source: word(1),
    rate: word(2),
    pool: word(3),
    input: word(5),
    output: word(6),
    frameBytes,
    header,
    atMs,
  };
}

function walkCounters(view: DataView, at: number, end: number, agent: string, atMs: number): WalkedCounters {
  const walked: WalkedCounters = {
    kind: 'counters',
    agent,
    sequence: view.getUint32(at),
    source: view.getUint32(at + 4),
    name: '',
    speed: 0,
    inOctets: 0n,
    outOctets: 0n,
    inFrames: 0,
    outFrames: 0,
    outDiscards: 0,
    atMs,
  };
  const lengths: string[] = [];
  eachRecord(view, at + 12, view.getUint32(at + 8), end, (format, body, length) => {
    lengths.push(`${format}:${format === 1005 ? 'name' : length}`);
    if (format === 1005) {
      const nameBytes = view.getUint32(body);
      walked.name = String.fromCharCode(...new Uint8Array(view.buffer, body + 4, nameBytes));
    }
    if (format !== 1) return;
    walked.speed = Number(view.getBigUint64(body + 8));
    walked.inOctets = view.getBigUint64(body + 24);
    walked.inFrames = view.getUint32(body + 32);
    walked.outOctets = view.getBigUint64(body + 56);
    walked.outFrames = view.getUint32(body + 64);
    walked.outDiscards = view.getUint32(body + 76);
  });
  if (lengths.join() !== '1:88,2:52,1005:name') throw new Error(`records ${lengths}`);
  return walked;
}
