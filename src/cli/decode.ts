import {once} from 'node:events';
import type {Writable} from 'node:stream';
import {Command, InvalidArgumentError, Option} from 'commander';
import {RecordingError, RecordingSummary, readRecording} from '../collector/pcap.ts';
import {MAX_DATAGRAM_BYTES} from '../sflow/constants.ts';
import {DatagramDecoder} from '../sflow/datagram.ts';
import {FAULT_NAMES, type Fault, LAST_REJECTION} from '../sflow/faults.ts';
import {type DatagramSink, DatagramView} from '../sflow/views.ts';
import {JsonPrinter} from './decode-json.ts';
import {LinePrinter} from './decode-line.ts';

/** What a recording is printed as. */
export interface DecodeOptions {
  format: 'json' | 'line';
  /** UDP destination port of the datagrams; 0 takes all. */
  port: number;
}

/** A form of output: a sink whose text is taken away after each datagram. */
export interface Printer extends DatagramSink {
  /** When and from whom the next datagram came: epoch milliseconds, an address of four words. */
  start(timeMs: number, source: readonly number[]): void;
  /** The text since the last call. */
  take(): string;
}

/** Text is written in pieces of this size: a write for each line would cost more than the decoding. */
const PIECE_CHARACTERS = 65_536;

/** `tenhertz decode`: everything that a recording of sFlow says. */
export function decodeCommand(): Command {
  return new Command('decode')
    .description('print every field of the sFlow in a recording (pcap, pcapng, gzip of them), one JSON object a sample')
    .argument('<file>', 'the recording')
    .addOption(
      new Option('--format <form>', 'json, or line: comma-separated FLOW and CNTR lines as sflowtool -l prints them')
        .choices(['json', 'line'])
        .default('json'),
    )
    .option('--port <n>', 'UDP destination port of the datagrams; 0 takes all', parsePort, 6343)
    .action(async (file: string, options: DecodeOptions) => {
      process.exitCode = await decodeFile(file, options, process.stdout, process.stderr);
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

/** Decodes a recording; answers with the exit code. A reader that goes away (`| head`) ends it quietly. */
export async function decodeFile(file: string, options: DecodeOptions, out: Writable, err: Writable): Promise<number> {
  const printer = options.format === 'line' ? new LinePrinter() : new JsonPrinter();
  const output = new Output(out);
  const summary = new RecordingSummary();
  const faults = new Map<Fault, number>();
  let code = 0;
  try {
    await print(file, options.port, printer, output, summary, faults);
  } catch (error) {
    code = 1;
    err.write(`tenhertz decode: ${file}: ${reason(error)}\n`);
  }
  await output.flush();
  const remarks = remarksOn(summary, faults, options.port);
  if (remarks !== '' && code === 0) err.write(`tenhertz decode: ${file}: ${remarks}\n`);
  return code;
}

async function print(
  file: string,
  port: number,
  printer: Printer,
  output: Output,
  summary: RecordingSummary,
  faults: Map<Fault, number>,
): Promise<void> {
  const view = new DatagramView(new Uint8Array(MAX_DATAGRAM_BYTES));
  const decoder = new DatagramDecoder(printer);
  for await (const datagram of readRecording(file, {port, summary})) {
    view.bytes.set(datagram.bytes);
    view.length = datagram.bytes.length;
    printer.start(datagram.timeMs, datagram.source.words);
    const fault = decoder.decode(view);
    if (fault !== 0) faults.set(fault, (faults.get(fault) ?? 0) + 1);
    await output.write(printer.take());
    if (output.closed) return;
  }
}

/** Collects text into pieces and waits for the reader; a reader that is gone swallows everything. */
class Output {
  closed = false;
  private readonly out: Writable;
  private text = '';

  constructor(out: Writable) {
    this.out = out;
    out.on('error', () => {
      this.closed = true;
    });
  }

  async write(text: string): Promise<void> {
    this.text += text;
    if (this.text.length >= PIECE_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.text;
    this.text = '';
    if (this.closed || text === '') return;
    if (!this.out.write(text)) await once(this.out, 'drain').catch(() => {});
  }
}

function reason(error: unknown): string {
  if (error instanceof RecordingError) return error.message;
  const {code, message} = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES') return 'may not be read';
  return message;
}

/** What did not become output, in one line; empty where everything did. */
function remarksOn(summary: RecordingSummary, faults: ReadonlyMap<Fault, number>, port: number): string {
  const remarks: string[] = [];
  for (const [fault, count] of faults) {
    const what = fault <= LAST_REJECTION ? 'rejected' : 'damaged';
    remarks.push(`${count} ${count === 1 ? 'datagram' : 'datagrams'} ${what} (${FAULT_NAMES[fault]})`);
  }
  if (summary.fragments > 0) remarks.push(`${summary.fragments} IP fragments left out`);
  if (summary.clipped > 0) remarks.push(`${summary.clipped} datagrams captured in part`);
  if (summary.otherLinks > 0) remarks.push(`${summary.otherLinks} frames of other link types left out`);
  if (summary.datagrams === 0) {
    remarks.push(`no datagram to UDP port ${port} in ${summary.frames} frames`);
    if (summary.otherPorts > 0) remarks.push(`${summary.otherPorts} to other ports (--port 0 takes all)`);
  }
  return remarks.join(', ');
}
