import {defineConfig} from 'vitest/config';

/** What runs servers, browsers, sockets and tools in real time: one file after the other, on a machine that rests. */
const LIVE = ['cli', 'collector', 'e2e', 'grafana', 'support', 'web'];
const LIVE_FILES = LIVE.map((folder) => `test/${folder}/**/*.test.{ts,tsx}`);

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    sequence: {shuffle: true},
    coverage: {provider: 'v8', include: ['src/**'], reporter: ['text', 'json-summary']},
    projects: [
      {
        extends: true,
        test: {
          name: 'own time',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: LIVE_FILES,
          maxWorkers: '100%',
          sequence: {groupOrder: 0},
        },
      },
      {extends: true, test: {name: 'real time', include: LIVE_FILES, maxWorkers: 1, sequence: {groupOrder: 1}}},
    ],
  },
});
