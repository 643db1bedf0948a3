import {type Command, InvalidArgumentError, Option} from 'commander';
import {startApp} from '../app.ts';
import {makeLog} from '../log.ts';
import {untilStopped} from './lifetime.ts';
import {commandWithSettings, settingsOf} from './settings.ts';

/** Speed as a factor; `max` is 0, as fast as it goes. */
function parseSpeed(text: string): number {
  if (text === 'max') return 0;
  const speed = Number(text);
  if (!(speed > 0)) throw new InvalidArgumentError("not a factor such as 10, nor 'max'.");
  return speed;
}

/** `tenhertz replay FILE`: shows a recording as if it came in now, in its own time. */
export function replayCommand(): Command {
  return commandWithSettings('replay', 'show a recording (pcap or pcapng, also gzip)')
    .argument('<file>', 'recording of sFlow datagrams')
    .addOption(new Option('--speed <factor>', 'times the original pace, or max').argParser(parseSpeed).default(1))
    .option('--exit', 'end when the recording has ended')
    .action(async (file: string, options: Record<string, unknown>) => {
      const config = settingsOf(options);
      const log = makeLog(config.logLevel);
      const speed = options['speed'] as number;
      const source = {kind: 'recording', file, speed, port: config.udpPort} as const;
      const app = await startApp({config, source, log});
      process.stdout.write(`playing ${file}, dashboard at ${app.url}\n`);
      const stopped = untilStopped();
      try {
        const end = await Promise.race([app.ended, stopped]);
        if (end !== undefined) {
          process.stdout.write(`${end}\n`);
          if (options['exit'] !== true) await stopped;
        }
      } finally {
        await app.stop();
      }
    });
}
