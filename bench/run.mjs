// `npm run bench`: all benchmarks, one after another, each in a process of its own; results.md has what they found.
import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here).filter(
  (name) => name.endsWith('.bench.mjs') && wanted.every((part) => name.includes(part)),
);
let failed = 0;
for (const file of files.sort()) {
  console.log(`== ${file}`);
  if (spawnSync(process.execPath, [here + file], {stdio: 'inherit'}).status !== 0) failed++;
}
process.exitCode = failed > 0 || files.length === 0 ? 1 : 0;
