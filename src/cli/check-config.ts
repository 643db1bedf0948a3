import type {Command} from 'commander';
import {stringify} from 'yaml';
import {readSettings} from '../app.ts';
import {commandWithSettings, settingsOf} from './settings.ts';

/** `tenhertz check-config`: prints the settings that `serve` would run with, or what is wrong with them and the files that they name. */
export function checkConfigCommand(): Command {
  return commandWithSettings('check-config', 'print the settings in force, or what is wrong with them').action(
    (options: Record<string, unknown>) => {
      const config = settingsOf(options);
      readSettings(config);
      process.stdout.write(stringify(config));
    },
  );
}
