import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {datagram, flow} from '../account/support/wire.ts';
import {repositoryRoot} from '../support/captures.ts';
import {Child, cleanEnvironment} from '../support/child.ts';
import {freeTcpPort, freeUdpPort} from '../support/ports.ts';
import {startServer} from '../support/server.ts';

const main = join(repositoryRoot, 'dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'tenhertz-serve-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  new Child(process.execPath, [main, ...args], {env: {...cleanEnvironment(), ...env}});

/** Serves until it fails; ten seconds are for a machine under load, a second for one that is not. */
async function failure(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = run(args, env);
  const exitCode = await child.finished(10_000);
  const lines = child.stderr.trimEnd().split('\n');
  return {exitCode, lines, stdout: child.stdout};
}

const freePorts = async () => [`--udp-port=${await freeUdpPort()}`, `--http-port=${await freeTcpPort()}`];

test('a UDP port that is taken: one line that names the flag, exit 1', async () => {
  const holder = createSocket('udp4').bind(0, '127.0.0.1');
  await once(holder, 'listening');
  const {port} = holder.address();
  const args = ['serve', `--udp-port=${port}`, '--udp-host=127.0.0.1', `--http-port=${await freeTcpPort()}`];
  const {exitCode, lines, stdout} = await failure(args);
  holder.close();
  expect(lines).toEqual([
    `tenhertz: UDP 127.0.0.1:${port} is in use by another process; choose another with --udp-port`,
  ]);
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
});

test('a TCP port that is taken: the same', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const {port} = holder.address() as {port: number};
  const {exitCode, lines} = await failure(['serve', `--http-port=${port}`, `--udp-port=${await freeUdpPort()}`]);
  holder.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(`TCP 127.0.0.1:${port} is in use by another process; choose another with --http-port`);
  expect(exitCode).toBe(1);
});

test('an address of another machine, to receive on and to serve on', async () => {
  const udp = await failure(['serve', '--udp-host=192.0.2.77', ...(await freePorts())]);
  expect(udp.lines).toHaveLength(1);
  expect(udp.lines[0]).toMatch(/^tenhertz: UDP 192\.0\.2\.77:\d+ is not an address of this machine$/);
  expect(udp.exitCode).toBe(1);
  const tcp = await failure(['serve', '--http-host=192.0.2.77', '--insecure-no-auth', ...(await freePorts())]);
  expect(tcp.lines).toHaveLength(1);
  expect(tcp.lines[0]).toMatch(/^tenhertz: TCP 192\.0\.2\.77:\d+ is not an address of this machine$/);
  expect(tcp.exitCode).toBe(1);
});

test('an unknown setting suggests the right one, exit 2', async () => {
  const config = join(folder, 'wrong.yaml');
  writeFileSync(config, 'htpPort: 8008\n');
  const fromFile = await failure(['serve', '--config', config]);
  expect(fromFile.lines).toEqual([`tenhertz: ${config}: 'htpPort' is not a setting; did you mean 'httpPort'?`]);
  expect(fromFile.exitCode).toBe(2);
  const fromEnvironment = await failure(['serve'], {TENHERTZ_UDP_PROT: '1'});
  expect(fromEnvironment.lines[0]).toMatch(/did you mean TENHERTZ_UDP_PORT\?$/);
  expect(fromEnvironment.exitCode).toBe(2);
  const fromFlag = await failure(['serve', '--http-prt=1']);
  expect(fromFlag.lines.join('\n')).toMatch(/--http-port/);
  expect(fromFlag.exitCode).toBe(2);
});

test('check-config prints what serve would run with, or says what is wrong', async () => {
  const config = join(folder, 'good.yaml');
  writeFileSync(config, 'httpPort: 1\nudpPort: 1\n');
  const good = run(['check-config', '--config', config, '--udp-port', '3'], {TENHERTZ_METRICS_LINKS: '5'});
  expect(await good.finished(10_000)).toBe(0);
  expect(good.stdout).toMatch(/^httpPort: 1$/m);
  expect(good.stdout).toMatch(/^udpPort: 3$/m);
  expect(good.stdout).toMatch(/^metricsLinks: 5$/m);
  const {exitCode, lines} = await failure(['check-config', '--http-host=0.0.0.0']);
  expect(exitCode).toBe(2);
  expect(lines).toHaveLength(1);
  expect((await failure(['check-config', '--udp-port=x'])).exitCode).toBe(2);
});

test('check-config refuses what serve refuses, in the same words, and both end', async () => {
  for (const flag of ['--token-file=/nope', '--topology=/nope.json', '--forward=nonsense']) {
    const checked = await failure(['check-config', flag]);
    const served = await failure(['serve', flag, ...(await freePorts())]);
    expect.soft(checked, flag).toEqual({exitCode: 2, lines: [expect.stringMatching(/^tenhertz: /)], stdout: ''});
    expect.soft(served, flag).toEqual(checked);
  }
}, 60_000);

interface Health {
  waterfall: {
    kernelDropped: number;
    datagramsReceived: number;
    datagramsDecoded: number;
    datagramsDuplicate: number;
    datagramsRejected: Record<string, number>;
    flowSamples: number;
    roceSamples: number;
  };
}

/** Whatever receives: both ways from the kernel must count alike. */
test.for(['dgram', 'auto'])(
  'datagrams show in health, good and bad, and SIGTERM ends it well (%s)',
  async (receiver) => {
    const server = await startServer({args: ['--udp-host=127.0.0.1', `--receiver=${receiver}`]});
    try {
      const sender = createSocket('udp4');
      const send = (bytes: Uint8Array) =>
        new Promise<void>((resolve, reject) =>
          sender.send(bytes, server.udpPort, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
        );
      for (let sequence = 1; sequence <= 5; sequence++) await send(datagram([flow(), flow({sequence: 2})], {sequence}));
      for (const bad of [new Uint8Array(0), Buffer.from('hello, world'), datagram([]).subarray(0, 20)]) await send(bad);
      await send(datagram([flow()], {sequence: 6}));
      sender.close();
      let waterfall: Health['waterfall'] | undefined;
      for (let i = 0; i < 100 && waterfall?.datagramsReceived !== 9; i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        ({waterfall} = (await (await fetch(`${server.url}/api/v1/health`)).json()) as Health);
      }
      expect(waterfall).toMatchObject({
        kernelDropped: 0,
        datagramsReceived: 9,
        datagramsDecoded: 6,
        datagramsDuplicate: 0,
        datagramsRejected: {empty: 1, bad_version: 1, header_cut: 1},
        flowSamples: 11,
        roceSamples: 11,
      });
      // What the kernel grants without privileges: less than was asked means advice, once.
      const advice = server.process.stderr.match(/sysctl -w net\.core\.rmem_max=16777216/g) ?? [];
      const {granted} = await grantedToTest();
      // The native receiver may be allowed to ask for more than the limit (SO_RCVBUFFORCE).
      if (receiver === 'dgram') expect(advice).toHaveLength(granted < 16 * 1024 * 1024 ? 1 : 0);
    } finally {
      await server.stop();
    }
    expect(server.process.exitCode).toBe(0);
  },
);

/** What the kernel grants this user of a receive buffer of 16 MiB. */
async function grantedToTest(): Promise<{granted: number}> {
  const socket = createSocket({type: 'udp4', recvBufferSize: 16 * 1024 * 1024}).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const granted = socket.getRecvBufferSize() / (process.platform === 'linux' ? 2 : 1);
  socket.close();
  return {granted};
}
