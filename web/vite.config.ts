import {defineConfig} from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The content security policy allows no data: URL, so nothing may be inlined into one.
    assetsInlineLimit: 0,
    modulePreload: {polyfill: false},
    target: 'es2023',
    // light-dark() stays as written: the page asks for a browser that knows it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
});
