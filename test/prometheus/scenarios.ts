/** What may befall a fabric or its server, and the alerts that must follow. */
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import type {JobSpec} from '../../src/simulator/job-spec.ts';
import {job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {defaultOptions, type SimulationOptions} from '../../src/simulator/options.ts';
import {ecmpCollision} from '../../src/simulator/scenarios/ecmp-collision.ts';
import {incast} from '../../src/simulator/scenarios/incast.ts';
import {polarised} from '../../src/simulator/scenarios/polarised.ts';
import type {TransportOptions} from '../../src/simulator/transport.ts';
import {addressWords, counters, datagram, flow, gauges} from '../account/support/wire.ts';
import type {AlertWorld} from './world.ts';

export interface AlertScenario {
  name: string;
  /** The alert that it is about, if it is about any. It must fire. */
  fires: readonly string[];
  /** Others that must fire because their fault is there too, and why it is. No others may. */
  also?: Readonly<Record<string, string>>;
  options?: Partial<SimulationOptions>;
  transport?: Partial<TransportOptions>;
  /** Done once before the first second. */
  before?: (world: AlertWorld) => void;
  /** Done each second. */
  each?: (world: AlertWorld, second: number) => void;
  /** Whether Prometheus can read the server; always unless said otherwise. */
  isUp?: (second: number) => boolean;
  /** Whether datagrams are taken and time goes on in it; always unless said otherwise. */
  isRunning?: (second: number) => boolean;
}

/** When faults that come later do so. */
const LATER_SECONDS = 150;
const later = {afterMs: LATER_SECONDS * 1_000, forMs: 3_600_000};

/** Two leaves with four hosts each, and two spines. */
const LEAF1 = '10.0.0.1';
const LEAF2 = '10.0.0.2';
export const SMALL: SimulationOptions = {
  ...defaultOptions,
  nodes: 8,
  sampling: 20_000,
  flushMs: 100,
  fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 2, spines: 2},
};

const ring = (spec: Partial<JobSpec>): {jobs: JobSpec[]} => ({
  jobs: [job({name: 'ring', members: [nodesFrom(0, 8)], ...spec})],
});

const ring16 = (spec: Partial<JobSpec>): {jobs: JobSpec[]} => ({
  jobs: [job({name: 'ring', members: [nodesFrom(0, 16)], ...spec})],
});

const STRANGER = '10.9.9.9';

/** Counters of priority flow control (0:11) of a port that is paused for a share of the time, as of some second. */
function pfc(second: number, {pausedShare, storms}: {pausedShare: number; storms: number}): Buffer[] {
  const pausedUs = Math.round(second * 1e6 * pausedShare) % 2 ** 32;
  const place = {source: 7, sequence: second / 10};
  // Of a port without traffic no series are told.
  return [gauges([[11, second * 100, second * 100, pausedUs, storms, storms]], place), flow({...place, input: 7})];
}

/** A datagram of an agent that is not simulated; `second` numbers it. */
function send(world: AlertWorld, second: number, samples: readonly Buffer[], agent = STRANGER): void {
  const bytes = datagram(samples, {agent, sequence: second, uptime: 60_000 + second * 1_000});
  world.receive(bytes, addressWords(agent));
}

export const alertScenarios: readonly AlertScenario[] = [
  {name: 'reference', fires: [], options: {...defaultOptions, nodes: 32, sampling: 50_000}},
  {name: 'two leaves and two spines', fires: []},
  {name: 'a job that stops and starts', fires: [], options: ring({cycleMs: 60_000, duty: 0.5})},
  {name: 'the server is down', fires: ['TenhertzDown'], isUp: (second) => second < LATER_SECONDS},
  {name: 'its time stands still', fires: ['TenhertzStuck'], isRunning: (second) => second < LATER_SECONDS},
  {
    name: 'the kernel drops datagrams',
    fires: ['TenhertzDatagramsDropped'],
    transport: {loss: 0.05},
    each: (world) => world.ingest.kernelDropped(world.transport.counts.lost),
  },
  {
    name: 'the ring of the receiver is full',
    fires: ['TenhertzDatagramsDropped'],
    transport: {loss: 0.05},
    each: (world) => world.ingest.ringDropped(world.transport.counts.lost),
  },
  {name: 'the machine is busy', fires: ['TenhertzStalled'], each: (world) => world.ingest.stalled(120)},
  {
    name: 'the clock is set forward',
    fires: ['TenhertzClockStepped'],
    each: (world, second) => {
      if (second === LATER_SECONDS) world.stepClock(3_000);
    },
  },
  {
    name: 'more agents than there is room for',
    fires: ['TenhertzTableFull'],
    before: ({fabric}) => {
      fabric.agents.max = 4;
    },
    each: (world, second) => send(world, second, [counters({ifIndex: 1, sequence: second})]),
  },
  {
    name: 'more links than are told',
    fires: ['TenhertzLinksHidden'],
    before: ({context}) => {
      context.metricsLinks = 3;
    },
  },
  {
    name: 'the receiver of alerts is away',
    fires: ['TenhertzWebhookFailing'],
    before: ({context}) => {
      context.webhook = {sent: 0, failed: 0, dropped: 0, waiting: 1};
    },
    each: ({context}, second) => {
      if (second % 60 === 30) (context.webhook as {failed: number}).failed++;
    },
  },
  {name: 'all agents fall silent', fires: ['TenhertzNoAgents'], transport: {silences: [later]}},
  {name: 'nobody has ever sent', fires: ['TenhertzNoAgents'], transport: {silences: [{...later, afterMs: 0}]}},
  {name: 'a leaf falls silent', fires: ['TenhertzAgentSilent'], transport: {silences: [{...later, agent: LEAF2}]}},
  {
    name: 'a leaf restarts',
    fires: ['TenhertzAgentRestarted'],
    options: {agents: [{of: 'leaf1', restarts: [{afterMs: later.afterMs, silentMs: 0}]}]},
  },
  {name: 'datagrams get lost', fires: ['TenhertzSamplesMissing'], transport: {loss: 0.05}},
  {
    name: 'a policer lets a part of the samples through',
    fires: ['TenhertzAgentOverloaded'],
    options: {agents: [{of: 'leaf1', policer: 150}]},
  },
  {
    name: 'a leaf claims another rate, and its pool too',
    fires: ['TenhertzSamplingRateWrong'],
    options: {
      sampling: 4_000,
      counterMs: 5_000,
      agents: [{of: 'leaf2', rates: [2_000], claims: 4_000, pool: 'nominal'}],
    },
  },
  {
    name: 'a leaf claims another rate, and its pool is true',
    fires: ['TenhertzSamplingRateCorrected'],
    options: {sampling: 4_000, counterMs: 5_000, agents: [{of: 'leaf2', rates: [2_000], claims: 4_000}]},
  },
  {
    name: 'a leaf sends once a second',
    fires: ['TenhertzAgentTimeCoarse'],
    options: {agents: [{of: 'leaf1', burstMs: 1_000}]},
  },
  {
    name: 'something that is no sFlow is sent',
    fires: ['TenhertzDatagramsRejected'],
    each: (world) => world.receive(Buffer.from('GET / HTTP/1.1\r\n\r\n'), addressWords(STRANGER)),
  },
  {name: 'datagrams come twice', fires: ['TenhertzDatagramsTwice'], transport: {duplication: 0.05}},
  {
    name: 'samples have no rate',
    fires: ['TenhertzSamplesUnusable'],
    each: (world, second) => {
      // With times of their own, or they were known to a second only.
      const samples = [0, 1, 2, 3].map((i) => flow({rate: 0, sequence: 4 * second + i, time: world.nowMs}));
      send(world, second, samples);
    },
  },
  {
    name: 'a topology leaves a leaf out',
    fires: ['TenhertzRolesUnknown'],
    before: ({fabric}) => {
      fabric.wiring.set(
        parseTopology({
          nodes: {leaf1: {agent: LEAF1}, spine1: {agent: '10.0.0.3'}, spine2: {agent: '10.0.0.4'}},
          links: {},
        }),
      );
    },
  },
  {name: 'queues mark frames', fires: ['TenhertzCongestion'], options: ring({ceShare: 0.2, cycleMs: 200, duty: 0.8})},
  {
    name: 'an interface discards',
    fires: ['TenhertzDiscards'],
    each: (world, second) => {
      if (second % 10 === 0)
        send(world, second / 10, [counters({ifIndex: 7, sequence: second / 10, outDiscards: second * 50})]);
    },
  },
  {
    name: 'more than a port takes',
    fires: ['TenhertzIncast'],
    also: {TenhertzDiscards: 'the port discards what it cannot take'},
    options: {
      ...incast.options,
      // By uplinks no faster than the hosts some seeds send both queue pairs of a host by one, and fill it: a collision too.
      fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
      sampling: 6_000,
      flushMs: 50,
    },
  },
  {
    name: 'large flows meet on an uplink',
    fires: ['TenhertzElephantCollision'],
    also: {
      TenhertzCongestion: 'the full uplinks mark a large part of all frames',
      TenhertzDiscards: 'they discard what they cannot take',
    },
    options: {...ecmpCollision.options, sampling: 50_000, flushMs: 50},
  },
  {
    name: 'all switches hash alike',
    fires: ['TenhertzLinksImbalanced'],
    options: {...polarised.options, sampling: 20_000, flushMs: 50},
    before: (world) => world.giveTopology(),
  },
  {
    name: 'a queue that never drains',
    fires: ['TenhertzQueueStanding'],
    each: (world, second) => {
      const samples = [0, 1, 2, 3].map((i) =>
        flow({sequence: 4 * second + i, time: world.nowMs, queue: 3, depth: 4_000_000}),
      );
      send(world, second, samples);
    },
  },
  {
    name: 'a storm of pauses',
    fires: ['TenhertzPfcStorm'],
    each: (world, second) => {
      if (second % 10 === 0)
        send(world, second / 10, pfc(second, {pausedShare: 0.03, storms: Math.floor(second / 60)}));
    },
  },
  {
    name: 'pauses without a storm',
    fires: ['TenhertzPfcPaused'],
    each: (world, second) => {
      if (second % 10 === 0) send(world, second / 10, pfc(second, {pausedShare: 0.3, storms: 0}));
    },
  },
  {
    name: 'a job ends',
    fires: ['TenhertzJobEnded'],
    options: {
      jobs: [
        job({name: 'first', members: [nodesFrom(0, 8, 2)], untilMs: LATER_SECONDS * 1_000}),
        job({name: 'second', members: [nodesFrom(1, 8, 2)], cycleMs: 800}),
      ],
      nodes: 16,
    },
  },
  {
    name: 'a job saves its state now and then',
    fires: ['TenhertzJobSlowSteps'],
    options: {...ring({checkpoints: {every: 60, by: 0.6}}), flushMs: 50},
  },
  {
    name: 'a host is late',
    fires: ['TenhertzStraggler'],
    options: {nodes: 16, ...ring16({cycleMs: 1_000, duty: 0.3, late: [{host: 5, by: 0.1}]})},
  },
  {
    name: 'a bad cable',
    fires: ['TenhertzInterfaceErrors'],
    each: (world, second) => {
      if (second % 10 === 0)
        send(world, second / 10, [counters({ifIndex: 7, sequence: second / 10, inErrors: second * 50})]);
    },
  },
  {
    name: 'a threshold is crossed',
    fires: ['TenhertzThreshold'],
    before: ({setThresholds}) =>
      setThresholds({busy: {metric: 'roce-bits-per-second', scope: 'fabric', value: 1e9, severity: 'critical'}}),
  },
];
