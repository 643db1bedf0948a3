/** The built server as its users run it: a process of its own, on free ports, reached over HTTP and UDP. */
import {join} from 'node:path';
import {repositoryRoot} from './captures.ts';
import {Child, cleanEnvironment, waitFor} from './child.ts';
import {freeTcpPort, freeUdpPort} from './ports.ts';

/** Between choosing a port and the server binding it somebody else may: then once more on others. */
const STARTS = 3;

export interface ServerOptions {
  readonly command?: 'serve' | 'demo' | 'replay';
  /** Further arguments, such as the file of `replay`. */
  readonly args?: readonly string[];
  /** What `demo` hands to its simulator. */
  readonly simulator?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Ports to use again, for a server that is started anew. */
  readonly ports?: {readonly httpPort: number; readonly udpPort: number};
  /** Another program that speaks the same flags; for tests of this helper. */
  readonly main?: string;
}

export interface Server {
  readonly url: string;
  readonly httpPort: number;
  readonly udpPort: number;
  readonly process: Child;
  stop(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  for (let start = 1; ; start++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (start === STARTS || !/EADDRINUSE|in use/i.test(String(error))) throw error;
    }
  }
}

async function startOnce(options: ServerOptions): Promise<Server> {
  const httpPort = options.ports?.httpPort ?? (await freeTcpPort());
  const udpPort = options.ports?.udpPort ?? (await freeUdpPort());
  const child = new Child(
    process.execPath,
    [
      options.main ?? join(repositoryRoot, 'dist/main.js'),
      options.command ?? 'serve',
      ...(options.args ?? []),
      `--http-port=${httpPort}`,
      `--udp-port=${udpPort}`,
      '--http-host=127.0.0.1',
      ...(options.simulator ? ['--', ...options.simulator] : []),
    ],
    {env: {...cleanEnvironment(), ...options.env}},
  );
  const url = `http://127.0.0.1:${httpPort}`;
  await waitFor('server', child, async () => {
    const answer = await fetch(`${url}/readyz`, {signal: AbortSignal.timeout(2_000)});
    await answer.arrayBuffer();
    return answer.status === 200;
  });
  return {url, httpPort, udpPort, process: child, stop: () => child.stop()};
}
