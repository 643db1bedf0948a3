/**
 * Puts each of the server's threads into one module, in the place of its entry in dist/; a part of `npm run build`. V8
 * looks up anew, at every use, what another module exports; a `const` of the same one it takes for what it is. That is a
 * quarter of what a sample costs, and a seventh of what the main thread does.
 */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {build} from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Each entry, and what it has in common with others at run time: one class of errors, one version, a thread's entry. */
const ENTRIES = [
  ['account/ingest.js', /^$/],
  ['analysis/thread.js', /^$/],
  ['app.js', /\/(errors|config|log|cli\/version|analysis\/thread|threads)\.js$/],
];
/** One character beyond Latin-1 makes V8 keep all of a module's text with two bytes for each: a megabyte and a half in all. */
const inAscii = (code) =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

for (const [entry, apart] of ENTRIES) {
  rmSync(`${root}dist/${entry}.map`, {force: true}); // tells of what tsc wrote
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: `dist/${entry}`,
      outDir: 'dist',
      emptyOutDir: false,
      target: 'es2023',
      minify: false,
      rolldownOptions: {
        external: (id) => apart.test(id),
        output: {entryFileNames: entry, codeSplitting: false, topLevelVar: false},
      },
    },
  });
  const file = `${root}dist/${entry}`;
  writeFileSync(file, inAscii(readFileSync(file, 'utf8')));
}
