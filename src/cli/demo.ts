import {fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Command} from 'commander';
import {startApp} from '../app.ts';
import {TenhertzError} from '../errors.ts';
import {makeLog} from '../log.ts';
import type {Scenario} from '../simulator/scenario.ts';
import {untilStopped} from './lifetime.ts';
import {commandWithSettings, settingsOf, udpSource} from './settings.ts';
import {scenario} from './simulate.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/**
 * `tenhertz demo`: the server, and the simulator beside it as a process of its own, which sends real sFlow over
 * loopback to the collector's port. What stands behind `--` goes to the simulator.
 */
export function demoCommand(): Command {
  return commandWithSettings('demo', 'show a simulated fabric, of 244 nodes unless a scenario says otherwise')
    .option('--scenario <name>', 'what to simulate (`simulate --list` lists them)', scenario)
    .argument('[simulator...]', 'options of `simulate`, behind --')
    .action(async (simulator: string[], options: Record<string, unknown>) => {
      const config = settingsOf(options);
      const log = makeLog(config.logLevel);
      const source = udpSource(config);
      const app = await startApp({config, source, log, demo: true});
      process.stdout.write(`demo: sFlow on UDP port ${app.udpPort}, dashboard at ${app.url}\n`);
      const collector = `${config.udpHost?.includes(':') ? `[${config.udpHost}]` : (config.udpHost ?? '127.0.0.1')}:${app.udpPort}`;
      const {scenario: asked} = options as {scenario?: Scenario};
      const chosen = asked === undefined ? [] : ['--scenario', asked.name];
      const child = fork(MAIN, ['simulate', '--collector', collector, ...chosen, ...simulator], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const stopped = untilStopped().then(() => 'stopped' as const);
      const exited = once(child, 'exit').then(([code]) => code as number | null);
      const first = await Promise.race([stopped, exited, app.ended]);
      child.kill('SIGTERM');
      await exited;
      if (first !== 'stopped' && first !== 0) {
        await app.stop();
        throw new TenhertzError(first === 2 ? 'USAGE' : 'INTERNAL', `the simulator ended with code ${first}`);
      }
      // A simulation with a duration has run out: what it left stays on the page until the server is stopped.
      await Promise.race([stopped, app.ended]);
      await app.stop();
    });
}
