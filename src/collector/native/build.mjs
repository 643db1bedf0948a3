/**
 * Builds the native receiver into dist/, as a part of `npm ci` and `npm run build`; only when a source is newer. Takes
 * the headers that stand beside the running node, never a download. Where it cannot be built one line says why, and
 * that is no failure: the server then receives through Node's own sockets.
 *
 *   node src/collector/native/build.mjs [--sanitize] [OUTPUT]
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const folder = fileURLToPath(new URL('.', import.meta.url));
const {values, positionals} = parseArgs({
  options: {sanitize: {type: 'boolean', default: false}},
  allowPositionals: true,
});
const output = positionals[0] ?? join(folder, '../../../dist/collector/native/receiver.node');

const WARNINGS = ['-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Werror'];
const OPTIMIZED = ['-O2', '-fvisibility=hidden'];
const SANITIZED = ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

const why = build();
if (why !== '') {
  rmSync(output, {force: true}); // an addon of other source is worse than none
  console.log(`native receiver not built (${why}); the server will receive through Node's own sockets`);
}

/** '' when the addon is there and new, else one line about what stands in the way. */
function build() {
  const names = readdirSync(folder).filter((name) => /\.([ch]|mjs)$/.test(name));
  const sources = names.filter((name) => name.endsWith('.c'));
  const newest = Math.max(...names.map((name) => statSync(join(folder, name)).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > newest) return '';
  if (process.platform !== 'linux') return `it is for Linux, and this is ${process.platform}`;
  const headers = findHeaders();
  if (headers === undefined) return `no node_api.h beside ${process.execPath}`;
  const compiler = findCompiler();
  if (compiler === undefined) return 'no C compiler: neither $CC, cc, gcc nor clang runs';
  return compile(compiler, headers, sources);
}

/** Where Node's own archives have them, then where Debian's package libnode-dev does. */
function findHeaders() {
  const folders = [join(dirname(process.execPath), '../include/node'), '/usr/include/node', '/usr/include/nodejs/src'];
  return folders.find((headers) => existsSync(join(headers, 'node_api.h')));
}

function findCompiler() {
  const commands = [process.env.CC, 'cc', 'gcc', 'clang'].filter(Boolean);
  return commands.find((command) => spawnSync(command, ['--version'], {stdio: 'ignore'}).status === 0);
}

/** Into a file of its own first: a running server has the old one mapped, and two builds may run at once. */
function compile(compiler, headers, sources) {
  mkdirSync(dirname(output), {recursive: true});
  const unfinished = `${output}.${process.pid}`;
  const flags = ['-std=c11', '-fPIC', '-shared', '-pthread', ...WARNINGS, ...(values.sanitize ? SANITIZED : OPTIMIZED)];
  const {status, stderr, error} = spawnSync(
    compiler,
    [...flags, `-I${headers}`, '-o', unfinished, ...sources.map((name) => join(folder, name))],
    {encoding: 'utf8', timeout: 120_000},
  );
  if (status === 0) {
    renameSync(unfinished, output);
    return '';
  }
  rmSync(unfinished, {force: true});
  const lines = `${error?.message ?? ''}\n${stderr ?? ''}`.split('\n').filter((line) => line.trim() !== '');
  return `${compiler} failed: ${lines.find((line) => /error/i.test(line)) ?? lines[0] ?? `status ${status}`}`;
}
