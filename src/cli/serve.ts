import {homedir} from 'node:os';
import type {Command} from 'commander';
import {startApp} from '../app.ts';
import {defaultStateDir} from '../config.ts';
import {makeLog} from '../log.ts';
import {untilStopped} from './lifetime.ts';
import {commandWithSettings, settingsOf, udpSource} from './settings.ts';

/** `tenhertz serve`: collector, server and dashboard. */
export function serveCommand(): Command {
  return commandWithSettings('serve', 'receive sFlow and show it').action(async (options: Record<string, unknown>) => {
    const config = settingsOf(options);
    const log = makeLog(config.logLevel);
    const source = udpSource(config);
    const stateDir = defaultStateDir(process.env, homedir());
    const app = await startApp({config, source, log, stateDir});
    process.stdout.write(`sFlow on UDP port ${app.udpPort}, dashboard at ${app.url}\n`);
    try {
      // Live, `ended` never resolves; it rejects when the ingest thread has died, and the server must not outlive it.
      await Promise.race([untilStopped(), app.ended]);
    } finally {
      await app.stop();
    }
  });
}
