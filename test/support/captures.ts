/** Captures that may not be copied into this repository lie beside it, if at all; tests that want them ask here. */
import {existsSync, readdirSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe} from 'vitest';
import {type Suite, skipLoudly} from './tools.ts';

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The only place that knows where; relative to the repository. */
const CAPTURES = '../shared/captures';

export const capturesFolder = process.env['TENHERTZ_CAPTURES'] ?? join(repositoryRoot, CAPTURES);

/** Full paths of every `*.pcap`, sorted; empty when the folder is absent. */
export function captureFiles(): string[] {
  if (!existsSync(capturesFolder)) return [];
  return readdirSync(capturesFolder)
    .filter((name) => name.endsWith('.pcap'))
    .sort()
    .map((name) => join(capturesFolder, name));
}

/** `describe`, or a loud `describe.skip` when no capture is there (a clone alone has none, so CI may skip these). */
export function needsCaptures(): Suite {
  if (captureFiles().length === 0) return skipLoudly(`no captures in ${capturesFolder}`);
  return (name, body) => describe(name, body);
}

/** `NAME.pcap` to NAME, as its expected outputs are called. */
export function captureName(file: string): string {
  return basename(file, '.pcap');
}
