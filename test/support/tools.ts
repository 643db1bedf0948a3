/**
 * Programs that some tests need and npm cannot bring. `npm test` installs them where it may (test/run.mjs); what is
 * still missing is skipped with a loud word, or fails where CI=true: CI must not pass by testing less.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {describe} from 'vitest';

export type Tool = 'chromium' | 'ovs' | 'prometheus' | 'tshark';
export type Suite = (name: string, body: () => void) => void;

interface ToolEntry {
  readonly needsRoot: boolean;
  readonly programs: Readonly<Record<string, string>>;
}

const table = JSON.parse(readFileSync(new URL('tools.json', import.meta.url), 'utf8')) as Record<Tool, ToolEntry>;

/** Where Debian puts what we call; full paths, so that a shim in somebody's PATH is never taken for it. */
export const paths = {
  chromium: '/usr/bin/chromium',
  ethtool: '/sbin/ethtool',
  ip: '/bin/ip',
  ovsAppctl: '/usr/bin/ovs-appctl',
  ovsOfctl: '/usr/bin/ovs-ofctl',
  ovsVsctl: '/usr/bin/ovs-vsctl',
  ovsVswitchd: '/usr/sbin/ovs-vswitchd',
  ovsdbServer: '/usr/sbin/ovsdb-server',
  ovsdbTool: '/usr/bin/ovsdb-tool',
  prometheus: '/usr/bin/prometheus',
  promtool: '/usr/bin/promtool',
  python: '/usr/bin/python3',
  tshark: '/usr/bin/tshark',
} as const;

/** `describe` where the tool can be used, else `describe.skip` after saying so. */
export function needs(tool: Tool): Suite {
  const why = whyNot(tool);
  if (why === '') return (name, body) => describe(name, body);
  if (process.env['CI'] === 'true') throw new Error(`CI=true and a test needs ${tool}: ${why}`);
  return skipLoudly(`${tool}: ${why}`);
}

/** A suite that is skipped, and says why: on the error stream and in its own name. */
export function skipLoudly(why: string): Suite {
  console.warn(`*** SKIPPED: ${why} ***`);
  return (name, body) => describe.skip(`${name} (${why})`, body);
}

/** '' when the tool can be used, else the reason. */
export function whyNot(tool: Tool): string {
  const {needsRoot, programs} = table[tool];
  if (process.env['TENHERTZ_SKIP_TOOLS']?.split(',').includes(tool)) return 'left out by TENHERTZ_SKIP_TOOLS';
  const missing = Object.keys(programs).find((program) => !existsSync(program));
  if (missing !== undefined) return `${missing} is missing (Debian package ${programs[missing]})`;
  if (needsRoot && process.getuid?.() !== 0) return 'needs root';
  if (tool === 'ovs' && spawnSync('unshare', ['--net', 'true']).status !== 0) return 'no network namespaces here';
  return '';
}
