import type {AgentAnswer, Finding, HealthAnswer, Ledger, LinkAnswer} from '../../../src/shared/health.ts';
import type {EventsTopic, LiveEvent} from '../../../src/shared/live.ts';
import type {FakeFabric} from './fake-fabric.ts';

const SECONDS = 600;

/** What is wrong with a fake agent, by its index; the others are fine. */
function agentOf(address: string, index: number, at: number, isTroubled: boolean, portsPerSwitch: number): AgentAnswer {
  const received = Math.floor(at / 100) % 1e8;
  const answer: AgentAnswer = {
    address,
    name: index % 3 === 0 ? `leaf${index + 1}` : null,
    presence: 'present',
    lastSeen: at,
    links: portsPerSwitch,
    timeResolutionMs: 3.2,
    samples: {received: received * 6, missing: 0, agentDrops: 0, missingShare: 0},
    effectiveRates: [],
    samplesVersusCounters: {
      ratio: 1.002,
      low: 0.991,
      high: 1.013,
      seconds: 300,
      verdict: 'agrees',
      suggestedRate: null,
    },
    advice: {
      samplesPerSecond: 6 * 10,
      samplesPerSecondAtLineRate: 7_300,
      text: 'For ± 20 % at 100 ms set 1-in-4,000: 18,250 samples a second with all ports at line rate.',
    },
    subAgents: [
      {
        ...{id: 0, received, missing: 12, duplicates: 0, late: 3, restarts: 1, flowSamples: received * 6},
        ...{counterSamples: 4_880, uptimeMs: 86_400_000 * 12, largestDatagram: 1_400},
      },
    ],
  };
  if (!isTroubled) return answer;
  switch (index) {
    case 1:
      return {...answer, presence: 'absent', lastSeen: at - 95_000};
    case 2:
      return {
        ...answer,
        samplesVersusCounters: {
          ...answer.samplesVersusCounters,
          ratio: 2.004,
          low: 1.98,
          high: 2.03,
          verdict: 'disagrees',
          suggestedRate: 500,
        },
      };
    case 3:
      return {...answer, samples: {...answer.samples, missing: 8_100, missingShare: 0.034}};
    case 4:
      return {...answer, timeResolutionMs: 980};
    case 5:
      return {...answer, effectiveRates: [{dataSource: '0:7', nominal: 10_000, effective: 5_000, reason: 'its pool'}]};
    default:
      return answer;
  }
}

export function fakeAgents(fabric: FakeFabric, at: number): AgentAnswer[] {
  const {portsPerSwitch, troubled} = fabric.scenario;
  const addresses = [...new Set(fabric.list.map(({agent}) => agent))];
  return addresses.map((address, index) => agentOf(address, index, at, troubled, portsPerSwitch));
}

export function fakeLinks(fabric: FakeFabric, agent: string): LinkAnswer[] {
  const ratio = {ratio: 1.01, low: 0.96, high: 1.06, seconds: 300};
  return fabric.list
    .filter((link) => link.agent === agent)
    .map(({id, name, role}) => ({
      ...{id, name, role},
      counters: {ageMs: 12_400, inDiscardsPerSecond: 0, inErrorsPerSecond: 0},
      samplesVersusCounters: {in: ratio, out: {ratio: null, low: null, high: null, seconds: 0}},
    }));
}

/** A ledger of so many seconds, with the losses of the scenario. */
function ledger(seconds: number, lost: number): Ledger {
  const received = 1_218 * seconds;
  return {
    waterfall: {
      ...{kernelDropped: lost, ringDropped: 0, datagramsReceived: received, datagramsRejected: {}},
      ...{
        datagramsDuplicate: 0,
        datagramsThinned: 0,
        datagramsForwarded: 0,
        forwardsFailed: 0,
        datagramsDecoded: received,
        datagramsDamaged: {},
      },
      ...{flowSamples: received * 6, flowSamplesCounted: received * 6 - lost, roceSamples: received * 5},
      flowSamplesUnusable: lost > 0 ? {no_port: lost} : {},
      ...{counterSamples: 12 * seconds, discardedPackets: 0, otherSamples: 0, datagramsMissing: lost * 4},
      ...{agentDrops: 0, tablesRefused: 0, rowsLate: 0, partialsLost: 0},
    },
    samples: {expected: received * 6 + lost * 24, received: received * 6, missing: lost * 24},
    missing: {kernel: lost, ring: 0, thinned: 0, elsewhere: lost * 3},
  };
}

const OK: readonly Finding[] = [
  {level: 'ok', where: 'agents', what: 'all 4 agents are heard', do: ''},
  {level: 'ok', where: 'sampling', what: "samples fit the interfaces' counters at all 4 agents", do: ''},
  {level: 'ok', where: 'network', what: 'no datagrams lost on the way since the start', do: ''},
  {level: 'ok', where: 'kernel', what: 'no datagrams dropped by the kernel since the start', do: ''},
  {level: 'ok', where: 'ring', what: 'no datagrams left out by the receiver since the start', do: ''},
  {
    level: 'ok',
    where: 'decoder',
    what: 'no datagrams or samples unusable since the start; 98 % of the samples are RoCEv2',
    do: '',
  },
  {level: 'ok', where: 'tables', what: 'no rows refused or late since the start', do: ''},
  {level: 'ok', where: 'time', what: 'time has run evenly, and samples are known to 100 ms or better', do: ''},
];

const TROUBLES: readonly Finding[] = [
  {
    level: 'bad',
    where: 'sampling',
    what: "samples of 10.0.0.3 make 2 × what its interfaces' counters say, over 40 s",
    do: 'It most likely samples 1-in-500 and claims another rate: set the rate anew, or restart its sFlow.',
    agents: ['10.0.0.3'],
  },
  {
    level: 'warning',
    where: 'kernel',
    what: 'the kernel dropped datagrams in front of the socket, 70 of 12,250 (0.6 %) in the last 10 s; estimates are corrected for it',
    do: 'The buffer is too small: raise net.core.rmem_max to 16777216 and restart.',
  },
  {
    level: 'warning',
    where: 'time',
    what: '10.0.0.5 sends samples too seldom for 100 ms: known to 1 s only, spread evenly over that time',
    do: 'Shorten the interval at which the switch flushes its datagrams.',
    agents: ['10.0.0.5'],
  },
];

export function fakeFindings(fabric: FakeFabric): Finding[] {
  if (!fabric.scenario.troubled) return [...OK];
  return OK.map((ok) => TROUBLES.find(({where}) => where === ok.where) ?? ok);
}

export function fakeHealth(fabric: FakeFabric): HealthAnswer {
  const {lost, receiving, links} = fabric.scenario;
  const seconds = receiving ? 1 : 0;
  return {
    ...ledger(SECONDS * seconds, lost * 20),
    status: receiving ? 'ok' : 'waiting',
    receiver: 'native',
    receiveBufferBytes: 16_777_216,
    recent: {seconds: 10, ...ledger(10 * seconds, lost)},
    counters: {ports: links, known: links, newestMs: 900, oldestMs: 19_400},
    findings: fakeFindings(fabric),
  };
}

const KINDS: readonly Omit<LiveEvent, 'id' | 'time'>[] = [
  {kind: 'agent-appeared', level: 'info', text: '10.0.0.1 sends for the first time', agent: '10.0.0.1'},
  {
    kind: 'loss-began',
    level: 'warning',
    text: 'datagrams of 10.0.0.4 get lost: 120 of 3,600 (3.3 %)',
    agent: '10.0.0.4',
  },
  {
    kind: 'loss-ended',
    level: 'good',
    text: 'datagrams of 10.0.0.4 arrive again: 980 of 29,000 (3.4 %) in 42 s',
    agent: '10.0.0.4',
  },
  {
    kind: 'clock-stepped',
    level: 'warning',
    text: "this server's clock was set forward by 3 s: the bins in between are a gap",
  },
];

/** The newest events, a minute apart. */
export function fakeEvents(count: number, now: number): EventsTopic {
  const events = Array.from({length: count}, (_, i): LiveEvent => {
    const id = count - i;
    return {id, time: now - i * 60_000, ...KINDS[id % KINDS.length]!};
  });
  return {topic: 'events', after: 0, last: count, events};
}
