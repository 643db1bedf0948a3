import {Command, InvalidArgumentError, Option} from 'commander';
import {type Config, ConfigSchema, loadConfig} from '../config.ts';
import type {IngestSource} from '../ingest.ts';

/** Shorter flags for settings that are given by hand. */
const SHORT: Readonly<Record<string, string>> = {topologyFile: 'topology', namesFile: 'names'};

const flagOf = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

interface Property {
  type?: string;
  default?: unknown;
  description?: string;
}

/** A command with `--config FILE` and a flag for every setting of the schema. */
export function commandWithSettings(name: string, description: string): Command {
  const command = new Command(name).description(description).option('--config <file>', 'YAML file with settings');
  for (const [key, schema] of Object.entries(ConfigSchema.properties)) {
    const {type, default: defaultValue, description: help = ''} = schema as Property;
    if (type === 'object') continue; // rules do not fit on a line
    const isSwitch = type === 'boolean';
    const text = isSwitch || defaultValue === undefined ? help : `${help} (default ${String(defaultValue)})`;
    const option = new Option(isSwitch ? flagOf(key) : `${flagOf(key)} <${type === 'integer' ? 'n' : 'value'}>`, text);
    if (type === 'integer') option.argParser(parseWhole);
    if (type === 'array') option.argParser(collect);
    command.addOption(option);
    const short = SHORT[key];
    if (short !== undefined) command.option(`--${short} <file>`, `the same as ${flagOf(key)}`);
  }
  return command;
}

function parseWhole(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('not a whole number.');
  return Number(text);
}

/** A flag that may be given several times. */
function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** The checked settings of a command: file, environment, flags. */
export function settingsOf(options: Record<string, unknown>): Config {
  const flags = Object.fromEntries(
    Object.keys(ConfigSchema.properties).map((key) => [key, options[key] ?? options[SHORT[key] ?? key]]),
  );
  return loadConfig(flags, process.env, options['config'] as string | undefined);
}

/** Where the server takes its datagrams from. */
export function udpSource({udpPort, udpHost, receiver, forward = []}: Config): IngestSource {
  return {kind: 'udp', port: udpPort, host: udpHost, receiver, forward};
}
