import {describe, expect, it} from 'vitest';
import {repositoryRoot} from './support/captures.ts';
import {checkImports, type ImportTable, importsOf, sourceFiles} from './support/imports.ts';

/** Importable by every stage but the pure ones: sflow, packet, classify, account and shared. */
const ROOT = ['config', 'errors', 'log', 'clock'];

/** Which part of the source may import which. A debt would be a line here, with its reason. */
const TABLE: ImportTable = {
  main: 'all',
  cli: 'all',
  app: 'all',
  ingest: 'all',
  threads: [...ROOT, 'ingest', 'collector', 'one-by-one'],
  'one-by-one': [],
  config: ['errors'],
  errors: [],
  log: [],
  'bundle.mjs': [],
  clock: [],
  collector: [...ROOT, 'shared'],
  sflow: [],
  packet: [],
  classify: ['packet'],
  account: ['sflow', 'packet', 'classify', 'clock', 'shared'],
  fabric: [...ROOT, 'account', 'shared', 'sflow/text', 'sflow/discard-reasons'],
  analysis: [...ROOT, 'fabric', 'shared'],
  history: [...ROOT, 'fabric', 'account', 'collector'],
  cluster: [...ROOT, 'account'],
  api: [...ROOT, 'fabric', 'analysis', 'history', 'shared'],
  simulator: [...ROOT, 'sflow/constants', 'packet/opcodes'],
  shared: [],
  web: ['shared'],
};

/** Node's own modules do not exist there. */
const BROWSER = ['web', 'shared'];

it('every import of src/ and web/ is one that the table allows', () => {
  const files = [...sourceFiles(repositoryRoot, 'src'), ...sourceFiles(repositoryRoot, 'web/src')];
  expect(files.length).toBeGreaterThan(3);
  expect(checkImports(files, TABLE, BROWSER)).toEqual([]);
});

describe('the checker', () => {
  const check = (path: string, text: string) => checkImports([{path, text}], TABLE, BROWSER);

  it.each([
    ['a static import', "import {x} from '../api/live.ts';"],
    ['a type import', "import type {X} from '../api/live.ts';"],
    ['a type named inside an import', "import {type X} from '../api/live.ts';"],
    ['an import for its effect', "import '../api/live.ts';"],
    ['a re-export', "export {x} from '../api/live.ts';"],
    ['a re-export of all', "export * from '../api/live.ts';"],
    ['a dynamic import', "export const x = await import('../api/live.ts');"],
    ['the type of an import', "export type X = import('../api/live.ts').X;"],
    ['a require', "require('../api/live.ts');"],
    ['a way round', "import {x} from '../sflow/../api/live.ts';"],
    ['a computed import', 'export const x = (name: string) => import(name);'],
    ['a template', 'export const x = import(`../$' + '{name}.ts`);'],
    ['a root file', "import {log} from '../log.ts';"],
    ['a composition root', "import {app} from '../app.ts';"],
    ['a file outside the source', "import json from '../../package.json';"],
    ['an absolute path', "import {x} from '/etc/x.ts';"],
    ['an unknown folder', "import {x} from '../utils/x.ts';"],
  ])('finds %s', (_, text) => {
    expect(check('src/sflow/datagram.ts', text)).toHaveLength(1);
  });

  it.each([
    ['its own files', 'src/sflow/datagram.ts', "import {x} from './constants.ts';"],
    ['its own files from a folder below', 'src/api/routes/links.ts', "import {x} from '../live.ts';"],
    ['npm and Node', 'src/api/live.ts', "import fastify from 'fastify'; import {join} from 'node:path';"],
    ['a folder of its row', 'src/account/bins.ts', "import {x} from '../sflow/constants.ts';"],
    ['the one file of its row', 'src/simulator/agent.ts', "import {x} from '../sflow/constants.ts';"],
    ['anything from a root', 'src/app.ts', "import {x} from './api/live.ts';"],
    ['shared from the page', 'web/src/main.tsx', "import {x} from '../../src/shared/live.ts'; import './style.css';"],
    [
      'words in a comment or a text',
      'src/sflow/a.ts',
      "// import '../api/x.ts'\nexport const x = \"from '../api/x'\";",
    ],
  ])('allows %s', (_, path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  it.each([
    ['another file of a folder that is open in part', 'src/simulator/agent.ts', "import {x} from '../sflow/flow.ts';"],
    ['a stage from the page', 'web/src/main.tsx', "import {x} from '../../src/api/live.ts';"],
    ['Node from the page', 'web/src/main.tsx', "import {join} from 'node:path';"],
    ['Node from shared', 'src/shared/live.ts', "import {join} from 'node:path';"],
    ['a stage from a root file', 'src/log.ts', "import {x} from './api/live.ts';"],
    ['a root file from a root file', 'src/log.ts', "import {x} from './config.ts';"],
    ['any file of a folder that is not in the table', 'src/utils/x.ts', ''],
    ['a root file that is not in the table', 'src/helpers.ts', ''],
  ])('refuses %s', (_, path, text) => {
    expect(check(path, text)).toHaveLength(1);
  });

  it('reads every kind of import once', () => {
    const text = "import a from 'a'; export * from 'b'; export {c} from 'c'; type D = import('d').D; import('e');";
    expect(importsOf({path: 'src/x.ts', text})).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
