import {createGunzip} from 'node:zlib';
import {RecordingError} from './pcap-error.ts';

/**
 * Packed bytes that are unpacked at a time. Deflate grows by 1,032 times at most, so a hostile file can claim 4 MiB
 * of memory.
 */
const PIECE_BYTES = 4_096;

/**
 * Unpacks gzip piece by piece and waits for each, so that everything in front of damage comes out: a stream that
 * fails drops what nobody has read yet. Throws a `RecordingError` whose offset counts unpacked bytes.
 */
export async function* gunzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({chunkSize: 65_536});
  let ready: Buffer[] = [];
  let failure: Error | null = null;
  let offset = 0;
  let wake = () => {};
  gunzip.on('data', (chunk: Buffer) => ready.push(chunk));
  gunzip.on('end', () => wake());
  gunzip.on('error', (error) => {
    failure = error;
    wake();
  });

  /** Runs one step to its end, in success or failure; answers with what came out. */
  const step = async (start: (done: () => void) => void): Promise<Buffer[]> => {
    await new Promise<void>((resolve) => {
      wake = resolve;
      start(resolve);
    });
    const taken = ready;
    ready = [];
    for (const chunk of taken) offset += chunk.length;
    return taken;
  };

  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length && failure === null; at += PIECE_BYTES) {
        yield* await step((done) => gunzip.write(chunk.subarray(at, at + PIECE_BYTES), () => done()));
      }
      if (failure !== null) break;
    }
    if (failure === null) yield* await step(() => gunzip.end());
    if (failure !== null) throw new RecordingError(`gzip: ${(failure as Error).message}`, offset);
  } finally {
    gunzip.destroy();
  }
}
