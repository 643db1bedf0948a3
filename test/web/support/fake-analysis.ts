import type {FakeFabric} from './fake-fabric.ts';

/**
 * What the routes of analysis answer of a fake fabric; undefined where there is none. `route` is below `/api/v1/`,
 * `query` what was asked for.
 */
export function fakeAnalysis(route: string, query: URLSearchParams, fabric: FakeFabric, finalBefore: number): unknown {
  const {receiving, roce, cycleMs, exchange} = fabric.scenario;
  const isOn = receiving && roce;
  switch (route) {
    case 'periods':
      return {
        ...{finalBefore, scope: 'fabric', time: finalBefore, history: 120_000},
        ...{shortest: 60, longest: 75_000, resolution: 10},
        periods: isOn ? [{periodMs: cycleMs, confidence: 0.98, jitter: 0.012, duty: exchange, ambiguous: false}] : [],
      };
    case 'fabric':
      return {finalBefore, marks: {ce: mark(310), cnp: mark(40), trimmed: mark(0)}};
    case 'operations':
      return {finalBefore, window: 5, ...operations(query.get('agent') ?? query.get('link') ?? 'fabric')};
    case 'drops':
      return {finalBefore, window: 60, ...(fabric.scenario.dropping ? drops(fabric, finalBefore) : NO_DROPS)};
    case 'jobs':
      return {
        ...{
          finalBefore,
          time: finalBefore,
          window: 10,
          small: [{hosts: ['172.16.9.1', '172.16.9.2'], bitsPerSecond: 4e6}],
        },
        jobs: isOn ? jobs(fabric, finalBefore) : [],
        services: isOn ? [{address: '172.16.8.1', name: 'store-1', partners: 200, bitsPerSecond: 3e9}] : [],
      };
    case 'stragglers':
      return {finalBefore, ...(isOn ? stragglers(fabric, query.get('job')) : {stragglers: [], waits: []})};
    case 'jobs/7/steps':
      return {finalBefore, ...steps(cycleMs, finalBefore)};
    case 'matrix':
      return {finalBefore, ...matrix(query.get('by') ?? 'host', isOn)};
    case 'congestion':
      return {finalBefore, window: 10, ...(fabric.scenario.dropping ? congestion(fabric, finalBefore) : NO_CONGESTION)};
    case 'queues':
      return {finalBefore, window: 10, ...(fabric.scenario.dropping ? queues(fabric) : NO_QUEUES)};
    case 'counters':
      return {finalBefore, others: 0, counters: fabric.scenario.dropping ? counters(fabric, finalBefore) : []};
    case 'imbalance':
      return {
        finalBefore,
        time: finalBefore,
        window: 10,
        groups: fabric.scenario.dropping ? [unevenGroup(fabric)] : [],
      };
    default:
      return undefined;
  }
}

/** Two jobs: half of the links each, the first one of two rails that keep step. */
function jobs(fabric: FakeFabric, now: number) {
  const half = Math.floor(fabric.list.length / 2);
  const {cycleMs, exchange} = fabric.scenario;
  return ['7', '9'].map((id, i) => {
    const links = fabric.list.slice(i * half, (i + 1) * half).map((link) => link.id);
    return {
      ...{id, name: i === 0 ? 'llama' : null, since: now - 600_000, until: null, probable: i === 0, why: 'in step'},
      hosts: links.map((link, host) => ({address: `172.16.${i}.${host + 1}`, name: null, link})),
      links,
      roce: {bitsPerSecond: 5e12, low: 4.9e12, high: 5.1e12, samples: 40_000},
      period: i === 0 ? {periodMs: cycleMs, confidence: 0.98, jitter: 0.01, duty: exchange} : null,
      congestion: {ceShare: 0.003, ceShareLow: 0.002, ceShareHigh: 0.004, cnpPerSecond: 410},
      pattern: i === 0 ? {kind: 'ring', confidence: 0.97, degree: 1.04, why: 'each sends to one'} : null,
      steps: i === 0 ? {count: 900, mean: cycleMs + 3, p50: cycleMs + 2, p99: cycleMs + 12} : null,
      overlaps: [],
    };
  });
}

/** The late link's host is late against its job. */
function stragglers(fabric: FakeFabric, job: string | null) {
  const all = [
    {
      ...{job: '7', host: '172.16.0.118', name: 'gpu-118', link: fabric.list[117]?.id ?? null, kind: 'late'},
      ...{
        effectMs: 62,
        effectLowMs: 55,
        effectHighMs: 69,
        shareOfPeriod: 0.124,
        z: 9.1,
        certainty: 'named',
        since: 1e12,
        cycles: 40,
      },
      text: 'begins 62 ms late',
    },
  ];
  const waits = [
    {job: '7', cycles: 12, seconds: 6, why: 'samples'},
    {job: '9', cycles: null, seconds: null, why: 'no period found'},
  ];
  const isOf = (one: {job: string}) => job === null || one.job === job;
  return {stragglers: all.filter(isOf), waits: waits.filter(isOf)};
}

/** A minute of steps, one of them slow. */
function steps(cycleMs: number, now: number) {
  const all = Array.from({length: 120}, (_, i) => ({
    time: now - (120 - i) * cycleMs,
    ms: i === 60 ? cycleMs * 1.41 : cycleMs + (i % 5),
  }));
  return {
    ...{periodMs: cycleMs, count: 900, mean: cycleMs + 3, p50: cycleMs + 2, p99: cycleMs + 12, slowSteps: 1},
    ...{steps: all, slow: [{...all[60]!, share: 0.41}]},
  };
}

/** A ring of so many. */
function matrix(by: string, isOn: boolean) {
  const count = !isOn ? 0 : by === 'host' ? 16 : 4;
  const rows = Array.from({length: count}, (_, i) => `${by}-${i + 1}`);
  const grid = (rate: number) => rows.map((_, i) => rows.map((__, j) => (j === (i + 1) % count ? rate * (1 + i) : 0)));
  return {
    ...{time: 1, window: 10, by, rows, columns: rows, bitsPerSecond: grid(1e9), low: grid(0.9e9), high: grid(1.2e9)},
    restBitsPerSecond: 5e9,
  };
}

const mark = (framesPerSecond: number) => ({framesPerSecond, low: framesPerSecond * 0.8, high: framesPerSecond * 1.3});

const rate = (perSecond: number) => ({perSecond, low: perSecond * 0.5, high: perSecond * 2, samples: 12});

/** A switch has a tenth of what the fabric has. */
function operations(scope: string) {
  const part = scope === 'fabric' ? 1 : 0.1;
  const operation = (name: string, frames: number) => ({
    ...{transport: 'RC', name, opcode: 7, framesPerSecond: frames, low: frames * 0.9, high: frames * 1.1},
    ...{bitsPerSecond: 0, bitsLow: 0, bitsHigh: 0, samples: 500},
  });
  return {
    scope,
    operations: [operation('RDMA WRITE Middle', 2e8 * part), operation('Acknowledge', 3e7 * part)],
    rdma: {
      ...{operationsPerSecond: 1.25e7 * part, low: 1.2e7 * part, high: 1.3e7 * part, samples: 5_000},
      ...{bytesPerOperation: 87_000, bytesLow: 81_000, bytesHigh: 93_000},
    },
    credits: {average: 824, min: 64, max: 3_072, samples: 400},
    naks: [{code: 0, name: 'sequence_error', ...rate(4_000)}],
    rnrPerSecond: rate(0),
  };
}

const NO_DROPS = {reasons: [], flows: [], otherFlows: 0, agents: [], discards: []};

const NO_CONGESTION = {links: [], incasts: []};

/** One marked link, and twelve hosts that send to it at once every half second. */
function congestion(fabric: FakeFabric, now: number) {
  const link = fabric.list[6]!.id;
  return {
    links: [
      {
        ...{id: link, direction: 'out', samples: 900, ceShare: 0.186, ceShareLow: 0.16, ceShareHigh: 0.214},
        ...{ceFramesPerSecond: 5_000, ceFramesLow: 4_000, ceFramesHigh: 6_000, cnpPerSecond: 700, cnpLow: 600},
        ...{cnpHigh: 800, utilisation: 0.97, utilisationLow: 0.95, utilisationHigh: 0.99},
        discards: {perSecond: 4_200, ageMs: 8_000, elapsedMs: 20_000},
      },
    ],
    incasts: [
      {
        ...{
          link,
          host: '172.16.0.99',
          since: now - 50_000,
          last: now - 400,
          bursts: 98,
          sources: 12,
          usualSources: 1.2,
        },
        ...{addresses: Array.from({length: 12}, (_, i) => `172.16.0.${i + 1}`), utilisation: 1.01, ceShare: 0.19},
        ...{cnpPerFrame: 0.02, periodic: true, periodMs: 500},
      },
    ],
  };
}

/** Three flows that lose packets at one port, and that port's counters. */
function drops(fabric: FakeFabric, now: number) {
  const link = fabric.list[6]!.id;
  const flows = [1, 2, 3].map((i) => ({
    ...{agent: fabric.list[6]!.agent, link, input: null, output: link, reason: 'no_buffer_space', code: 259},
    ...{source: `172.16.0.${i}`, destination: '172.16.0.9', isRoce: true, destQp: 0x1200 + i},
    ...{frames: 400 - 100 * i, bytes: 1_000, lastSeen: now},
    ...(i === 1 ? {sourceName: 'gpu-1'} : {}),
  }));
  return {
    reasons: [
      {
        ...{reason: 'no_buffer_space', code: 259, framesPerSecond: 10, bitsPerSecond: 1e5, samples: 600, lastSeen: now},
        links: [{link, samples: 600}],
      },
    ],
    flows,
    otherFlows: 0,
    agents: [{agent: fabric.list[6]!.agent, notifications: 600, suppressed: 12_000, missing: 0}],
    discards: [{link, time: now - 8_000, inDiscardsPerSecond: 0, outDiscardsPerSecond: 4_200}],
  };
}

const NO_QUEUES = {ports: [], otherPorts: 0, flows: [], otherFlows: 0};

/** One queue that is filled, and who stands in it. */
function queues(fabric: FakeFabric) {
  const {id: link, agent, name} = fabric.list[6]!;
  const percentiles = (p50: number) => ({p50, p90: 2 * p50, p99: 3 * p50, max: 4 * p50, samples: 300});
  return {
    ports: [{agent, link, name, queue: 3, depth: percentiles(50_000), delay: percentiles(4_000)}],
    otherPorts: 0,
    flows: [
      {
        ...{agent, link, queue: 3, source: '172.16.0.1', sourceName: 'gpu-1', destination: '172.16.0.9', isRoce: true},
        ...{destQp: 0x1201, samples: 40, meanDepth: 61_000},
      },
    ],
    otherFlows: 0,
  };
}

/** A port that is paused, with a module of two lanes; and the switch itself. */
function counters(fabric: FakeFabric, now: number) {
  const {id: link, agent} = fabric.list[6]!;
  const of = (metric: string, unit: string, value: number, more: object = {}) => ({
    ...{agent, link, device: null, metric, meaning: metric, unit, kind: 'gauge', lane: null, value, time: now - 900},
    ...more,
  });
  return [
    of('pfc-pause', 'ratio', 0.125),
    of('pfc-requests', 'frames/s', 1_200),
    of('pfc-storms-detected', 'storms/s', 0.5),
    of('optics-temperature', 'celsius', 41.25),
    of('optics-tx-power', 'watts', 0.0009, {lane: 1}),
    of('optics-tx-power', 'watts', 0.00105, {lane: 2}),
    of('processor-busy', 'ratio', 0.07, {link: null, device: '2:1'}),
  ];
}

/** Two parallel links, one of them full of two elephants. */
function unevenGroup(fabric: FakeFabric) {
  const [full, empty] = [fabric.list[20]!.id, fabric.list[21]!.id];
  const member = (id: string, share: number) => ({
    ...{id, share, bitsPerSecond: share * 1e11, low: share * 0.9e11, high: share * 1.1e11},
  });
  return {
    ...{id: `${fabric.list[20]!.agent}~uplinks`, agent: fabric.list[20]!.agent, name: 'uplinks', why: 'of equal speed'},
    links: [member(full, 0.9), member(empty, 0.1)],
    ...{samples: 9_000, cv: 0.8, cvLow: 0.75, cvHigh: 0.85, pValue: 0, verdict: 'imbalanced'},
    hashing: {flows: 4, expectedCv: 0.3},
    collisions: [
      {
        ...{link: full, utilisation: 1.02, sibling: empty},
        flows: [1, 2].map((i) => ({
          source: `172.16.1.${i}`,
          destination: '172.16.2.1',
          destQp: i,
          bitsPerSecond: 5e10,
        })),
      },
    ],
  };
}

const TREND_NAMES = [
  ...['bps', 'edge_min_bps', 'edge_q1_bps', 'edge_med_bps', 'edge_q3_bps', 'edge_max_bps'],
  ...['core_min_bps', 'core_q1_bps', 'core_med_bps', 'core_q3_bps', 'core_max_bps'],
  ...['ecn_pps', 'cnp_pps', 'errors_in', 'errors_out', 'discards_in', 'discards_out', 'period'],
];

/** Five minutes of the figures of the AI Metrics app, later than `after`; this fabric has neither core links nor counters. */
export function fakeTrend(fabric: FakeFabric, finalBefore: number, after: number): unknown {
  const last = Math.floor(finalBefore / 1_000);
  const seconds = Array.from({length: 300}, (_, i) => last - 299 + i).filter((second) => second * 1_000 > after);
  const value = (name: string, second: number): number | null => {
    if (/^core|^errors|^discards/.test(name)) return null;
    if (name === 'period') return fabric.scenario.cycleMs / 1_000;
    return (1 + TREND_NAMES.indexOf(name)) * 1e9 + (second % 7) * 1e7;
  };
  const trends = TREND_NAMES.map((name) => [name, seconds.map((second) => value(name, second))]);
  return {
    trend: {maxPoints: 300, times: seconds.map((second) => second * 1_000), trends: Object.fromEntries(trends)},
  };
}
