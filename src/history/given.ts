import {readFileSync} from 'node:fs';
import {TenhertzError} from '../errors.ts';
import {type NameLists, parseNamesFile} from '../fabric/wiring/names-parse.ts';
import {parseTopology, type Topology} from '../fabric/wiring/topology-parse.ts';

/** Reads a file with a topology in JSON. Throws `TenhertzError`, which names the file and the entry. */
export function readTopologyFile(file: string): Topology {
  return read(file, (text) => parseTopology(JSON.parse(text)));
}

/** Reads a file of names, in lines of three fields. Throws likewise. */
export function readNamesFile(file: string): NameLists {
  return read(file, parseNamesFile);
}

function read<T>(file: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new TenhertzError('CONFIG', `${file}: ${(error as Error).message}`, {cause: error});
  }
}
