import type {Command} from 'commander';
import {startApp} from '../app.ts';
import {makeLog} from '../log.ts';
import {untilStopped} from './lifetime.ts';
import {commandWithSettings, settingsOf, udpSource} from './settings.ts';

/** `tenhertz serve`: collector, server and dashboard. */
export function serveCommand(): Command {
  return commandWithSettings('serve', 'receive sFlow and show it').action(async (options: Record<string, unknown>) => {
    const config = settingsOf(options);
    const log = makeLog(config.logLevel);
    const source = udpSource(config);
    const app = await startApp({config, source, log});
    process.stdout.write(`sFlow on UDP port ${app.udpPort}, dashboard at ${app.url}\n`);
    await untilStopped();
    await app.stop();
  });
}
