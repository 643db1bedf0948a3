/** A simulated fabric before the server, all in one process and in simulated time, and what Prometheus would read. */
import type {Registry} from 'prom-client';
import type {Ingest} from '../../src/account/ingest.ts';
import {parseThresholds} from '../../src/analysis/thresholds/threshold-rules.ts';
import type {Context} from '../../src/api/context.ts';
import {LiveHub} from '../../src/api/live/hub.ts';
import {makeMetrics} from '../../src/api/metrics/registry.ts';
import {ManualClock} from '../../src/clock.ts';
import type {Fabric} from '../../src/fabric/fabric.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {topologyFile} from '../../src/simulator/topology-file.ts';
import type {Transport} from '../../src/simulator/transport.ts';
import {START_MS} from '../proofs/support/pipeline.ts';
import {Simulated} from '../proofs/support/simulated.ts';
import {Engines} from '../support/engines.ts';
import {type AlertScenario, SMALL} from './scenarios.ts';

/** Scrapes are so far apart. */
export const SCRAPE_SECONDS = 15;

export class AlertWorld {
  readonly fabric: Fabric;
  readonly ingest: Ingest;
  readonly transport: Transport;
  readonly context: Context;
  private readonly simulated: Simulated;
  private readonly scenario: AlertScenario;
  private readonly metrics: Registry;
  private readonly engines: Engines;
  /** How far the server's clock is ahead of the simulation's. */
  private aheadMs = 0;
  private second = 0;

  constructor(scenario: AlertScenario, seed: number) {
    this.scenario = scenario;
    this.simulated = new Simulated(
      {...SMALL, ...scenario.options, startMs: START_MS, seed},
      scenario.transport,
      () => this.aheadMs,
    );
    const {pipeline, transport} = this.simulated;
    this.fabric = pipeline.fabric;
    this.ingest = pipeline.ingest;
    this.transport = transport;
    this.engines = new Engines(this.fabric);
    pipeline.onTaken = () => this.engines.advance();
    this.context = contextOf(this.fabric, this.engines);
    scenario.before?.(this);
    this.metrics = makeMetrics(this.context, new LiveHub(this.context, new ManualClock()));
  }

  /** It is told which switches are wired to which. */
  giveTopology(): void {
    this.fabric.wiring.set(parseTopology(topologyFile(this.simulated.simulation.topology)));
  }

  readonly setThresholds = (rules: Record<string, unknown>): void => {
    this.engines.context.thresholds.put = parseThresholds(rules);
  };

  /** A datagram comes from elsewhere. */
  receive(bytes: Uint8Array, from: Uint32Array): void {
    this.simulated.pipeline.receive(bytes, bytes.length, from, this.nowMs);
  }

  /** The server's clock is set forward. */
  stepClock(ms: number): void {
    this.aheadMs += ms;
    this.ingest.stepped(ms, this.nowMs);
  }

  /** Lets a second pass. */
  pass(): void {
    const {isRunning = () => true, each} = this.scenario;
    this.second++;
    if (!isRunning(this.second)) return;
    this.simulated.pass(1_000);
    each?.(this, this.second);
  }

  /** What a scrape reads; undefined while the server is down. */
  async scrape(): Promise<string | undefined> {
    const {isUp = () => true} = this.scenario;
    return isUp(this.second) ? await this.metrics.metrics() : undefined;
  }

  /** Epoch ms, by the server's clock. */
  get nowMs(): number {
    return this.simulated.simulation.nowMs + this.aheadMs;
  }
}

function contextOf(fabric: Fabric, engines: Engines): Context {
  return {
    fabric,
    ...engines.context,
    info: {
      version: '0.0.0',
      demo: false,
      source: 'udp',
      receiver: 'native',
      udpPort: 6_343,
      addresses: [],
      receiveBufferBytes: undefined,
      ready: true,
    },
    token: undefined,
    anyHost: false,
    metricsLinks: 1_024,
  };
}
