import {spawnSync} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {cpSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {datagram} from '../account/support/wire.ts';
import {repositoryRoot} from '../support/captures.ts';
import {cleanEnvironment} from '../support/child.ts';
import {freeTcpPort, freeUdpPort} from '../support/ports.ts';
import {Rest} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {makeSender, needsAddon, RECEIVERS} from './support/receivers.ts';

let server: Server | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Nothing in it can be used, but it is received. */
const JUNK = new Uint8Array(100);

for (const name of RECEIVERS) {
  needsAddon(name)(`the server with --receiver ${name}`, () => {
    it('says in health which receiver it is, and counts what comes', async () => {
      server = await startServer({args: [`--receiver=${name}`]});
      const rest = new Rest(server.url);
      const sender = await makeSender();
      for (let i = 0; i < 500; i++) await sender.send(JUNK, server.udpPort);
      sender.close();
      await expect.poll(async () => (await rest.health()).waterfall['datagramsReceived']).toBe(500);
      const {receiver, waterfall} = await rest.health();
      expect(receiver).toBe(name);
      expect([waterfall['kernelDropped'], waterfall['ringDropped']]).toEqual([0, 0]);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toMatch(/^tenhertz_datagrams_ring_dropped_total 0$/m);
      expect(server.process.stderr).not.toContain('receiver cannot');
    });

    it('forwards what it receives, and says how much', async () => {
      const other = createSocket('udp4').bind(0, '127.0.0.1');
      await once(other, 'listening');
      const heard: number[] = [];
      other.on('message', ({length}) => heard.push(length));
      server = await startServer({args: [`--receiver=${name}`, `--forward=127.0.0.1:${other.address().port}`]});
      const rest = new Rest(server.url);
      const sender = await makeSender();
      for (let i = 0; i < 50; i++) await sender.send(JUNK, server.udpPort);
      sender.close();
      await expect.poll(async () => (await rest.health()).waterfall['datagramsForwarded']).toBe(50);
      other.close();
      expect(heard).toEqual(new Array(50).fill(JUNK.length));
      const {waterfall} = await rest.health();
      expect([waterfall['datagramsReceived'], waterfall['forwardsFailed']]).toEqual([50, 0]);
    });

    it('receives with several threads, each agent with one of them', async () => {
      server = await startServer({args: [`--receiver=${name}`, '--ingest-threads=3']});
      const rest = new Rest(server.url);
      const sender = await makeSender();
      for (let sequence = 0; sequence < 30; sequence++) {
        for (let i = 0; i < 10; i++) {
          await sender.send(datagram([], {agent: `10.0.0.${i}`, sequence: sequence * (1 + (i % 2))}), server.udpPort);
        }
      }
      await expect.poll(async () => (await rest.health()).waterfall['datagramsDecoded']).toBe(300);
      const {waterfall} = await rest.health();
      expect([waterfall['datagramsDuplicate'], waterfall['datagramsMissing'], waterfall['rowsLate']]).toEqual([
        ...[0, 5 * 29, 0],
      ]);
      sender.close();
    });

    it('ends within a second where its port is in use', async () => {
      server = await startServer({args: [`--receiver=${name}`]});
      const started = performance.now();
      const {status, stderr} = spawnSync(
        process.execPath,
        [
          join(repositoryRoot, 'dist/main.js'),
          'serve',
          `--receiver=${name}`,
          `--udp-port=${server.udpPort}`,
          `--http-port=${await freeTcpPort()}`,
        ],
        {encoding: 'utf8', env: cleanEnvironment(), timeout: 10_000},
      );
      expect(status).toBe(1);
      expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('is in use by another process')]);
      // A second on an idle machine; tests share theirs.
      expect(performance.now() - started).toBeLessThan(4_000);
    });
  });
}

describe('the server whose addon was not built', () => {
  let folder: string;
  let main: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenhertz-plain-'));
    main = join(folder, 'dist/main.js');
    cpSync(join(repositoryRoot, 'dist'), join(folder, 'dist'), {recursive: true});
    rmSync(join(folder, 'dist/collector/native/receiver.node'), {force: true});
    cpSync(join(repositoryRoot, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rmSync(folder, {recursive: true, force: true}));

  it('receives through Node, and says so in one line', async () => {
    server = await startServer({main, args: ['--receiver=auto']});
    expect((await new Rest(server.url).health()).receiver).toBe('dgram');
    const about = server.process.stderr.split('\n').filter((line) => line.includes('native receiver'));
    expect(about).toEqual([expect.stringContaining('cannot be used: it is not built')]);
  });

  it('does not start where the native one was asked for by name', async () => {
    const ports = [`--http-port=${await freeTcpPort()}`, `--udp-port=${await freeUdpPort()}`];
    const {status, stderr} = spawnSync(process.execPath, [main, 'serve', '--receiver=native', ...ports], {
      encoding: 'utf8',
      env: cleanEnvironment(),
      timeout: 10_000,
    });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('or choose --receiver dgram')]);
  });
});

it('refuses a receiver that there is not', () => {
  const {status, stderr} = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'dist/main.js'), 'serve', '--receiver=fast'],
    {encoding: 'utf8', env: cleanEnvironment(), timeout: 10_000},
  );
  expect([status, stderr.includes('receiver')]).toEqual([2, true]);
});
