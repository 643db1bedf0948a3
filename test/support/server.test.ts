import {fileURLToPath} from 'node:url';
import {afterEach, describe, expect, it} from 'vitest';
import {type Server, type ServerOptions, startServer} from './server.ts';

const main = fileURLToPath(new URL('server-stub.mjs', import.meta.url));

describe('startServer', () => {
  let server: Server | undefined;
  afterEach(() => server?.stop());

  async function start(options: ServerOptions = {}): Promise<Server> {
    server = await startServer({main, ...options});
    return server;
  }

  it('waits for readiness and passes the command, its arguments and the ports', async () => {
    const {url, httpPort, udpPort, process} = await start({command: 'replay', args: ['a.pcap']});
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      args: ['replay', 'a.pcap', `--http-port=${httpPort}`, `--udp-port=${udpPort}`, '--http-host=127.0.0.1'],
      leaked: null,
    });
    expect(process.stdout).toBe('stub listens\n');
  });

  it('ends with stop()', async () => {
    const {process: child, stop} = await start();
    await stop();
    expect(child.hasEnded).toBe(true);
    expect(() => process.kill(child.pid, 0)).toThrow('ESRCH');
  });

  it('ends one that ignores SIGTERM', async () => {
    const {process: child} = await start({env: {STUB: 'stubborn'}});
    await child.stop(200);
    expect(() => process.kill(child.pid, 0)).toThrow('ESRCH');
  });

  it('reports what a server said that ended at once', async () => {
    await expect(startServer({main, env: {STUB: 'dies'}})).rejects.toThrow(/ended with 2[\s\S]*made to fail/);
  });
});
