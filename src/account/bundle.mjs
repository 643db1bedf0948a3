/**
 * Puts what runs for each sample into one module, dist/account/ingest.js. V8 looks up anew, at every use, what another
 * module exports; a `const` of the same one it takes for what it is. That is a quarter of what a sample costs
 * (`bench/account.bench.mjs`). A part of `npm run build`.
 */
import {fileURLToPath} from 'node:url';
import {build} from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  build: {
    ssr: 'src/account/ingest.ts',
    outDir: 'dist/account',
    emptyOutDir: false,
    target: 'es2023',
    minify: false,
    sourcemap: true,
    rolldownOptions: {output: {entryFileNames: 'ingest.js', topLevelVar: false}},
  },
});
