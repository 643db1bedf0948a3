import {readFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {isAbsolute, join} from 'node:path';
import {Ajv} from 'ajv';
import {type Static, Type} from 'typebox';
import {parse} from 'yaml';
import {TenhertzError} from './errors.ts';

const port = (defaultPort: number, description: string) =>
  Type.Integer({minimum: 0, maximum: 65_535, default: defaultPort, description});

/**
 * Every setting of `serve`, with its default. The one schema of the YAML file, of `TENHERTZ_…` in the environment and
 * of the flags: `httpPort` is `httpPort:` in the file, TENHERTZ_HTTP_PORT and --http-port.
 */
export const ConfigSchema = Type.Object(
  {
    udpPort: port(6343, 'UDP port that switches send sFlow to'),
    udpHost: Type.Optional(Type.String({description: 'address to receive on; all of IPv4 and IPv6 by default'})),
    receiver: Type.Union([Type.Literal('auto'), Type.Literal('native'), Type.Literal('dgram')], {
      default: 'auto',
      description: "what takes datagrams from the kernel: native, Node's own dgram, or auto: native where it is built",
    }),
    ingestThreads: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 8,
        description: 'threads that decode and account; 1 up to 3 cores, else about half of them, at most 8',
      }),
    ),
    forward: Type.Optional(
      Type.Array(Type.String(), {description: 'HOST:PORT of other collectors that get every datagram as it came'}),
    ),
    httpPort: port(8008, 'TCP port of the dashboard, REST and Prometheus'),
    httpHost: Type.String({default: '127.0.0.1', description: 'address to serve on'}),
    tokenFile: Type.Optional(Type.String({description: 'file with the bearer token that API and page ask for'})),
    insecureNoAuth: Type.Boolean({
      default: false,
      description: 'serve on other addresses than loopback without a token',
    }),
    allowAnyHost: Type.Boolean({default: false, description: 'answer to any Host header (behind a reverse proxy)'}),
    metricsLinks: Type.Integer({
      minimum: 0,
      default: 1_024,
      description: 'links that Prometheus is told of, one by one',
    }),
    topologyFile: Type.Optional(
      Type.String({description: "JSON file with the wires between the switches, in sFlow-RT's form"}),
    ),
    namesFile: Type.Optional(Type.String({description: 'CSV file with names of switches, ports and hosts'})),
    thresholds: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'rules on metrics by name, in the file only; see Alerts and Grafana',
      }),
    ),
    alertWebhook: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s/]+',
        description: "URL that alerts are sent to, in the form of Alertmanager's webhooks (version 4)",
      }),
    ),
    stateDir: Type.Optional(
      Type.String({
        description:
          'folder that topology and names are kept in; `serve` has `$XDG_STATE_HOME/tenhertz` (or `~/.local/state/tenhertz`), others none',
      }),
    ),
    trimDscp: Type.Integer({
      minimum: -1,
      maximum: 63,
      default: 11,
      description: 'DSCP that switches give to packets that they trim instead of dropping; -1: none',
    }),
    memory: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,5}(MB|GB)$',
        description:
          "size like 512MB or 2GB, 32MB at least, that history and tables may take; a quarter of the machine's, at most 2GB",
      }),
    ),
    logLevel: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
      default: 'info',
      description: 'debug, info, warn or error',
    }),
  },
  {additionalProperties: false},
);

export type Config = Static<typeof ConfigSchema>;
type Settings = Readonly<Record<string, unknown>>;

/** Checks settings in place: what is missing gets its default. Nothing is bent to fit: 80.9 is no port, true is not 1. */
const isConfig = new Ajv({useDefaults: true}).compile<Config>(ConfigSchema);

interface Property {
  type?: string;
  /** Of a choice. */
  anyOf?: unknown;
  /** Of a text that has a form. */
  pattern?: string;
  description?: string;
}

const propertyOf = (key: string): Property => (ConfigSchema.properties as Record<string, Property>)[key] ?? {};

const KEYS = Object.keys(ConfigSchema.properties);
const PREFIX = 'TENHERTZ_';

/** Environment variables that the tests and tools of the project use; not settings of the server. */
const FOREIGN = /^TENHERTZ_(CAPTURES|SKIP_TOOLS|PROVE|SEED|PROOF_LOG|FUZZ_MINUTES|FUZZ_SEED)$/;

/** TENHERTZ_HTTP_PORT for httpPort. */
const variableOf = (key: string) => PREFIX + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** The known name nearest to a wrong one, by edit distance. */
export function nearest(wrong: string, known: readonly string[]): string {
  const distance = (a: string, b: string): number => {
    let row = Array.from({length: b.length + 1}, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      }
      row = next;
    }
    return row[b.length]!;
  };
  return [...known].sort((a, b) => distance(wrong, a) - distance(wrong, b))[0]!;
}

function fail(message: string): never {
  throw new TenhertzError('CONFIG', message);
}

function fromFile(file: string): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    fail(`cannot read ${file}: ${(error as Error).message}`);
  }
  let settings: unknown;
  try {
    settings = parse(text) ?? {};
  } catch (error) {
    fail(`${file}: ${(error as Error).message.split('\n', 1)[0]}`);
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    fail(`${file}: not a list of settings`);
  for (const key of Object.keys(settings)) {
    if (!KEYS.includes(key)) fail(`${file}: '${key}' is not a setting; did you mean '${nearest(key, KEYS)}'?`);
  }
  // `key:` with nothing behind it is no value.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Settings {
  const settings: Record<string, unknown> = {};
  const names = new Map(KEYS.map((key) => [variableOf(key), key]));
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || FOREIGN.test(name) || text === undefined || text === '') continue;
    const key = names.get(name);
    if (key === undefined) fail(`${name} is not a setting; did you mean ${nearest(name, [...names.keys()])}?`);
    settings[key] = typed(key, text);
  }
  return settings;
}

/** What a variable's text means for its setting; the text itself where it means nothing, which the check then says. */
function typed(key: string, text: string): unknown {
  const {type} = propertyOf(key);
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type === 'array') return text.split(',').map((part) => part.trim());
  if (type !== 'boolean') return text;
  return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : text;
}

/** Settings from the file, over them the environment, over them the flags; checked, with all defaults. */
export function loadConfig(flags: Settings, environment: NodeJS.ProcessEnv, file?: string): Config {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const merged = {...(file === undefined ? {} : fromFile(file)), ...fromEnvironment(environment), ...given};
  const config: Record<string, unknown> = {...merged};
  if (!isConfig(config)) {
    const {instancePath = '', message} = isConfig.errors?.[0] ?? {};
    const key = instancePath.split('/')[1] ?? '';
    const {anyOf, pattern, description} = propertyOf(key);
    fail(
      `${key}: ${JSON.stringify((merged as Settings)[key])} is wrong: ${anyOf || pattern ? `must be ${description}` : message}`,
    );
  }
  checkAccess(config);
  checkMemory(config);
  return config;
}

/** Where `serve` keeps its state unless told otherwise (XDG base directories). */
export function defaultStateDir(environment: NodeJS.ProcessEnv, home: string): string {
  const {XDG_STATE_HOME: base} = environment;
  return join(base !== undefined && isAbsolute(base) ? base : join(home, '.local/state'), 'tenhertz');
}

/** Bytes that history and tables may take; undefined where nobody said. */
export function memoryOf({memory}: Config): number | undefined {
  if (memory === undefined) return undefined;
  return Number.parseInt(memory, 10) * (memory.endsWith('GB') ? 1024 ** 3 : 1024 ** 2);
}

/** Room for the rows of a few hundred ports; with less, most of them would have no figures. */
const LEAST_MEMORY = '32MB';

function checkMemory(config: Config): void {
  if ((memoryOf(config) ?? Number.POSITIVE_INFINITY) >= memoryOf({...config, memory: LEAST_MEMORY})!) return;
  fail(`memory: ${JSON.stringify(config.memory)} is too little: must be ${LEAST_MEMORY} or more`);
}

/** Cores that the main thread, the receiver and whatever else there is have to themselves where there are so few. */
const FEW_CORES = 3;
const MOST_THREADS = 8;

/** Threads that decode and account; as many as the machine has room for where nobody said. */
export function ingestThreadsOf({ingestThreads}: Config, cores: number = availableParallelism()): number {
  return ingestThreads ?? (cores <= FEW_CORES ? 1 : Math.min(MOST_THREADS, cores >>> 1));
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Nobody but this machine is served without a token, unless that is wanted by name. */
function checkAccess(config: Config): void {
  if (LOOPBACK.test(config.httpHost) || config.tokenFile !== undefined || config.insecureNoAuth) return;
  fail(
    `httpHost ${config.httpHost} can be reached from other machines: give a --token-file, or --insecure-no-auth if that is meant`,
  );
}

/** The token, from the first line of its file; undefined when none is asked for. */
export function readToken(config: Config): string | undefined {
  if (config.tokenFile === undefined) return undefined;
  let token: string;
  try {
    token = readFileSync(config.tokenFile, 'utf8').split('\n', 1)[0]!.trim();
  } catch (error) {
    fail(`cannot read the token file ${config.tokenFile}: ${(error as Error).message}`);
  }
  if (token.length < 16) fail(`the token in ${config.tokenFile} is shorter than 16 characters`);
  return token;
}
