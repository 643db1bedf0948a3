/**
 * Looks for the programs that tests/support/tools.json names and, as root, installs the Debian packages that hold them.
 * The packages' services are never started: the tests run their own instances, and a developer's machine is not ours.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';
const LOCK_TRIES = 30;
const LOCK_WAIT_MS = 5_000;

const table = JSON.parse(readFileSync(new URL('support/tools.json', import.meta.url), 'utf8'));

/** Tool name to the packages it misses; a tool with all its programs is left out. */
export function missingTools() {
  const missing = new Map();
  for (const [tool, {programs}] of Object.entries(table)) {
    const packages = Object.entries(programs)
      .filter(([program]) => !existsSync(program))
      .map(([, name]) => name);
    if (packages.length > 0) missing.set(tool, [...new Set(packages)]);
  }
  return missing;
}

/** Tools that are installed but of no use to this user. */
export function toolsThatNeedRoot() {
  return Object.keys(table).filter((tool) => table[tool].needsRoot);
}

/** Installs with apt-get. Returns '' when all went well, else what apt-get said. */
export function install(packages) {
  return withoutServices(() => {
    // The package lists may be good already; a fresh container has none, an old one has stale ones.
    const first = apt('install', '-y', '--no-install-recommends', ...packages);
    if (first === '') return '';
    return apt('update') || apt('install', '-y', '--no-install-recommends', ...packages);
  });
}

function apt(...args) {
  for (let tries = 1; ; tries++) {
    const {status, stdout, stderr, error} = spawnSync('apt-get', ['-q', ...args], {
      encoding: 'utf8',
      env: {...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C'},
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
    });
    if (status === 0) return '';
    const output = error ? String(error) : `${stdout}${stderr}`;
    // apt's own lock timeout covers the dpkg lock only, not the package lists'; both are worth waiting for.
    if (tries >= LOCK_TRIES || !/Could not get lock|Unable to (acquire|lock)/.test(output)) return output;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
  }
}

/** Debian asks policy-rc.d before it starts a service; one that is there belongs to someone and stays as it is. */
function withoutServices(run) {
  let ours = false;
  try {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', {mode: 0o755, flag: 'wx'});
    ours = true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (spawnSync(POLICY, ['prometheus', 'start'], {stdio: 'ignore'}).status !== 101) {
      console.error(`note: ${POLICY} exists and allows services to start; the packages' services may be running now`);
    }
  }
  const remove = () => ours && rmSync(POLICY, {force: true});
  const interrupted = () => {
    remove();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return run();
  } finally {
    remove();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}
