// npm run fuzz -- [--minutes 5] [--seed N]
//
// Mutates datagrams and checks the decoder's promises on each. A finding is written to fixtures/malformed/, where
// every later run starts from it; the seed that is printed repeats the run.
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const {values} = parseArgs({options: {minutes: {type: 'string', default: '5'}, seed: {type: 'string'}}});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run fuzz -- [--minutes N] [--seed N]');
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const {status} = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', 'test/fuzz'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {...process.env, TENHERTZ_FUZZ_MINUTES: String(minutes), TENHERTZ_FUZZ_SEED: String(seed)},
  },
);
process.exit(status ?? 1);
