import {fileURLToPath} from 'node:url';
import {decodePartial} from './account/codec.ts';
import {Analysis} from './analysis/analysis.ts';
import {parseJobNames} from './analysis/jobs/job-names.ts';
import {parseThresholds, type ThresholdRule} from './analysis/thresholds/threshold-rules.ts';
import type {Thresholds} from './analysis/thresholds/thresholds.ts';
import {FiringAlerts, parseFiring} from './api/alerts/firing-alerts.ts';
import {Notifier} from './api/alerts/notifier.ts';
import {Webhook} from './api/alerts/webhook.ts';
import type {Context} from './api/context.ts';
import {listen, probe, reachable, urlOf} from './api/listen.ts';
import type {LiveHub} from './api/live/hub.ts';
import type {Api} from './api/server.ts';
import {AiTrend} from './api/sflow-rt/ai-trend.ts';
import {keepHeapSmall, letHeapGrow} from './cli/heap.ts';
import {VERSION} from './cli/version.ts';
import {type Clock, ManualClock, SteadyClock} from './clock.ts';
import {parseTargets} from './collector/forward.ts';
import {type Config, ingestThreadsOf, memoryOf, readToken} from './config.ts';
import {TenhertzError} from './errors.ts';
import {DEFAULT_FABRIC, Fabric} from './fabric/fabric.ts';
import {defaultBudget} from './fabric/history/memory.ts';
import {readNamesFile, readTopologyFile} from './history/given.ts';
import {lock} from './history/lock.ts';
import {type Given, State} from './history/state.ts';
import {Store} from './history/store.ts';
import type {FromIngest, IngestSource} from './ingest.ts';
import type {Log} from './log.ts';
import {IngestThreads} from './threads.ts';

/** What a start of the server is given beside its configuration. */
export interface AppOptions {
  config: Config;
  source: IngestSource;
  log: Log;
  /** The traffic is simulated: the page says so. */
  demo?: boolean;
  /** Where state is kept unless the configuration says; nowhere when there is none. */
  stateDir?: string;
}

/** A running server. */
export interface App {
  /** Where a browser finds it. */
  url: string;
  udpPort: number | undefined;
  fabric: Fabric;
  /** Resolves when a recording has been played, with a line about it; rejects when the ingest thread has died. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/** So often it is looked for names that agents and ports told and that are not kept yet. */
const KEEP_EVERY_MS = 60_000;

/** Ports of a fabric for which a small heap costs more than it saves. */
const LARGE_PORTS = 4_096;

const WEB_ROOT = fileURLToPath(new URL('./web', import.meta.url));

/**
 * Wires ingest thread, fabric and API, and opens their ports. Throws `TenhertzError` when one cannot be had; nothing
 * is left open then.
 */
export async function startApp({config, source, log, demo = false, stateDir}: AppOptions): Promise<App> {
  const {thresholds: configured, token, given, memory = defaultBudget()} = readSettings(config);
  const webhook = webhookOf(config, log);
  const fabric = new Fabric({...DEFAULT_FABRIC, memory});
  const {state, unlock} = restoreState(fabric, given, openStore(config, log, stateDir), log);
  const analysis = new Analysis(fabric, configured, (error) =>
    log.warn(`the analysis of traffic failed: ${error.message}`),
  );
  const {periods, jobs, links, stragglers, thresholds} = analysis;
  jobs.names = state.readJobNames(parseJobNames) ?? [];
  thresholds.put = state.readThresholds(parseThresholds) ?? new Map();
  const aiTrend = new AiTrend({fabric, periods});
  const notifier = webhook && notifierOf(webhook, fabric, thresholds, state, log);
  const context: Context = {
    fabric,
    periods,
    jobs,
    imbalance: links.imbalance,
    stragglers,
    congestion: links,
    aiTrend,
    thresholds,
    ...(webhook ? {webhook} : {}),
    info: {
      version: VERSION,
      demo,
      source: source.kind === 'udp' ? 'udp' : source.file,
      receiver: undefined,
      udpPort: undefined,
      addresses: [],
      receiveBufferBytes: undefined,
      ready: false,
      ...(source.kind === 'udp' ? {wall: Date.now} : {}),
    },
    token,
    anyHost: config.allowAnyHost,
    metricsLinks: config.metricsLinks,
    state,
    log,
  };
  // A recording's bins keep their own time, and so does all that is said of it.
  const played = new ManualClock();
  const clock: Clock = source.kind === 'udp' ? new SteadyClock() : played;
  let api: Api | undefined;
  const isListening = deferred<void>();
  const ended = deferred<string>();
  let isLarge = false;
  const take = (message: FromIngest) => {
    switch (message.type) {
      case 'partial':
        takePartial(message.encoded, fabric, played, api?.hub);
        if (!isLarge && fabric.ports.all.length >= LARGE_PORTS) {
          isLarge = true;
          letHeapGrow();
        }
        analysis.advance();
        aiTrend.advance();
        if (context.info.ready) notifier?.advance();
        break;
      case 'listening':
        context.info.receiver = message.listening?.receiver;
        context.info.udpPort = message.listening?.port;
        context.info.addresses = reachable(message.listening?.addresses ?? []);
        context.info.receiveBufferBytes = message.listening?.receiveBufferBytes;
        isListening.resolve();
        break;
      case 'failed':
        fail(new TenhertzError(message.code, message.message));
        break;
      case 'warning':
        log.warn(message.message);
        break;
      case 'ended':
        ended.resolve(message.message);
        break;
    }
  };
  const fail = (error: Error) => {
    context.info.ready = false;
    isListening.reject(error);
    ended.reject(error);
  };
  const options = {source, memory, threads: ingestThreadsOf(config), trimDscp: config.trimDscp};
  const threads = new IngestThreads(options, {message: take, error: fail});
  context.info.busySeconds = () => threads.busySeconds;
  ended.promise.catch(() => {}); // who waits for the end hears of it; nobody need wait
  isListening.promise.catch(() => {});
  const keep = () => state.keepLearned().catch((error: Error) => log.warn(`names cannot be kept: ${error.message}`));
  const keeping = setInterval(keep, KEEP_EVERY_MS);
  const stop = async () => {
    clearInterval(keeping);
    webhook?.stop();
    await Promise.all([threads.stop(), analysis.stop(), api?.server.close()]);
    await keep();
    unlock();
  };
  try {
    // Both ports are tried before the API is loaded, so that one that is taken is told at once.
    await Promise.all([probe(config), isListening.promise]);
    keepHeapSmall(); // again, now that the threads run
    const {makeApi} = await import('./api/server.ts');
    api = await makeApi(context, clock, WEB_ROOT);
    await listen(api, config);
    if (webhook) webhook.externalUrl = urlOf(api, config);
    context.info.ready = true;
  } catch (error) {
    clearInterval(keeping);
    webhook?.stop();
    await Promise.all([threads.terminate(), analysis.stop(), api?.server.close()]);
    unlock();
    throw error;
  }
  return {url: urlOf(api, config), udpPort: context.info.udpPort, fabric, ended: ended.promise, stop};
}

/** What the settings and the files that they name say. */
interface Settings {
  thresholds: ReadonlyMap<string, ThresholdRule>;
  /** The bearer token that is asked for. */
  token: string | undefined;
  given: Given;
  /** Bytes for history and tables. */
  memory: number | undefined;
}

/**
 * Reads all that the settings name. Throws `TenhertzError`, which names what is wrong: whatever can be wrong with them
 * wherever the server runs is found here, before anything is opened.
 */
export function readSettings(config: Config): Settings {
  const {alertWebhook, topologyFile, namesFile, forward = []} = config;
  if (alertWebhook !== undefined && !URL.canParse(alertWebhook))
    throw new TenhertzError('CONFIG', `alertWebhook: '${alertWebhook}' is no URL`);
  parseTargets(forward);
  return {
    thresholds: configuredThresholds(config),
    token: readToken(config),
    given: {
      topology: topologyFile === undefined ? undefined : readTopologyFile(topologyFile),
      names: namesFile === undefined ? undefined : readNamesFile(namesFile),
    },
    memory: memoryOf(config),
  };
}

/** Tells the webhook; what fires is kept, so that it is told of its end after a restart too. */
function notifierOf(webhook: Webhook, fabric: Fabric, thresholds: Thresholds, state: State, log: Log): Notifier {
  const firing = new FiringAlerts(state.readFiring(parseFiring));
  const keep = (json: unknown) =>
    void state.keepFiring(json).catch((error: Error) => log.warn(`alerts cannot be kept: ${error.message}`));
  return new Notifier(fabric, thresholds, (notices) => webhook.tell(notices), firing, keep);
}

function webhookOf({alertWebhook}: Config, log: Log): Webhook | undefined {
  return alertWebhook === undefined ? undefined : new Webhook(alertWebhook, (message) => log.warn(message));
}

/** The thresholds of the configuration. Throws `TenhertzError`, which names what is wrong. */
function configuredThresholds({thresholds = {}}: Config): ReadonlyMap<string, ThresholdRule> {
  try {
    return parseThresholds(thresholds);
  } catch (error) {
    throw new TenhertzError('CONFIG', (error as Error).message, {cause: error});
  }
}

/** Applies what an ingest thread sent and tells those who watch; `played` is brought to its time first. */
export function takePartial(
  encoded: ArrayBuffer,
  fabric: Fabric,
  played: ManualClock,
  hub: Pick<LiveHub, 'advance'> | undefined,
): void {
  const partial = decodePartial(encoded);
  played.set(partial.time);
  const advance = fabric.apply(partial);
  if (advance) hub?.advance(advance);
}

/** What operators say of the fabric: from files that the configuration names, and from a former start. */
function restoreState(fabric: Fabric, given: Given, {store, unlock}: Kept, log: Log) {
  const state = new State(fabric, store);
  for (const note of state.restore(given)) log.warn(note);
  return {state, unlock};
}

interface Kept {
  store: Store | undefined;
  unlock(): void;
}

const NO_STORE: Kept = {store: undefined, unlock: () => {}};

/** A folder that was asked for must be had; of the usual one it is only told that it cannot. */
function openStore(config: Config, log: Log, usual: string | undefined): Kept {
  const directory = config.stateDir ?? usual;
  if (directory === undefined) return NO_STORE;
  try {
    const store = new Store(directory, (message) => log.warn(message));
    return {store, unlock: lock(directory)};
  } catch (error) {
    const message = `cannot keep state in ${directory}: ${(error as Error).message}`;
    if (config.stateDir !== undefined) throw new TenhertzError('CONFIG', `${message}; see --state-dir`, {cause: error});
    log.warn(`${message}; topology and names will not outlive the server`);
    return NO_STORE;
  }
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return {promise, resolve, reject};
}
