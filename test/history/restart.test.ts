import {createSocket} from 'node:dgram';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, it} from 'vitest';
import {datagram, flow} from '../account/support/wire.ts';
import {until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';

const AGENT = '192.0.2.1';
const TOPOLOGY = {nodes: {leaf1: {agent: AGENT, ports: {Ethernet7: {ifindex: '7'}}}}, links: {}};
const NAMES = {agents: {}, ports: {}, hosts: {'10.1.1.1': 'gpu-1'}};

const folder = mkdtempSync(join(tmpdir(), 'tenhertz-restart-'));
let server: Server | undefined;
afterEach(async () => {
  await server?.stop();
  rmSync(folder, {recursive: true, force: true});
});

it('topology, names and thresholds are there again when the server is started anew', async () => {
  const args = [`--state-dir=${join(folder, 'state')}`];
  const ask = async (path: string) => (await fetch(`${server!.url}/api/v1/${path}`)).json();
  const put = async (path: string, body: unknown) => {
    const answer = await fetch(`${server!.url}/api/v1/${path}`, {method: 'PUT', body: JSON.stringify(body)});
    expect(answer.status).toBe(204);
  };
  server = await startServer({args});
  await put('topology', TOPOLOGY);
  await put('names', NAMES);
  await put('thresholds/hot', {metric: 'utilisation', value: 0.9});
  await server.stop();

  const file = join(folder, 'names.csv');
  writeFileSync(file, `agent,${AGENT},by file\n`);
  server = await startServer({args: [...args, '--names', file]});
  expect(await ask('topology')).toEqual(TOPOLOGY);
  expect(await ask('names')).toEqual(NAMES);
  expect((await ask('thresholds')).thresholds).toMatchObject([{name: 'hot', metric: 'utilisation', from: 'put'}]);
  const socket = createSocket('udp4');
  const sent = datagram([flow({source: 7, input: 7, output: 8})], {agent: AGENT});
  await new Promise((resolve) => socket.send(sent, server!.udpPort, '127.0.0.1', resolve));
  socket.close();
  const link = await until(
    'the link',
    () => ask(`links/${AGENT}~7`),
    ({id}) => id !== undefined,
  );
  expect(link).toMatchObject({name: 'Ethernet7', role: 'edge'});
  expect((await ask('agents')).agents).toMatchObject([{address: AGENT, name: 'by file'}]);
});
