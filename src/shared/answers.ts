/**
 * What the routes of REST answer; units and meaning of every field are in `/api/openapi.json`. Rates are per second, null is
 * not known. Live topics carry the same answers.
 */

/** A cycle of compute and exchange. */
export interface Period {
  periodMs: number;
  /** 0..1 */
  confidence: number;
  /** Standard deviation of a cycle's length, as a share of it. */
  jitter: number;
  /** Share of the cycle that is exchange, 0..1. */
  duty: number;
  /** How far the lines of its spectrum stand above chance. */
  score: number;
  /** 1 when all traffic comes at one instant of the cycle, 0 when it is even. */
  sharpness: number;
  /** Standard deviation of the traffic over the cycle, as a share of the mean. */
  swing: number;
  /** The period may be twice as long. */
  ambiguous: boolean;
}

/** `GET /api/v1/periods` */
export interface PeriodsAnswer {
  finalBefore: number;
  scope: 'fabric';
  /** Epoch ms; null before the first look. */
  time: number | null;
  /** ms that the look reached back. */
  history: number | null;
  shortest: number | null;
  longest: number | null;
  /** ms that the times of samples may be off by. */
  resolution: number | null;
  periods: readonly Period[];
}

/** `GET /app/ai-metrics/scripts/metrics.js/metric/json`: of its figures those that the page takes from there. */
export interface AiValues {
  /** Packets a second of all interfaces together, by their last counters. */
  discards_in?: number | null;
  discards_out?: number | null;
}

/** `GET /app/ai-metrics/scripts/metrics.js/trend/json` */
export interface TrendAnswer {
  trend: {
    maxPoints: number;
    /** Epoch ms: the end of the 2 s that a point is the mean of. */
    times: readonly number[];
    /** By the name of the figure. */
    trends: Readonly<Record<string, readonly TrendPoint[]>>;
  };
}

/** What is listed by name is an object. */
export type TrendPoint = number | null | Readonly<Record<string, number>>;

/** Frames a second with a 95 % interval; null where it is not known. */
export interface MarkRate {
  framesPerSecond: number | null;
  low: number | null;
  high: number | null;
}

/** `GET /api/v1/fabric`: what the live summary does not hold. */
export interface FabricAnswer {
  finalBefore: number;
  marks: {ce: MarkRate; cnp: MarkRate; trimmed: MarkRate};
}

/** `GET /api/v1/drops` */
export interface DropsAnswer {
  finalBefore: number;
  /** Seconds that sums and rates are taken over. */
  window: number;
  reasons: readonly {
    reason: string;
    code: number;
    framesPerSecond: number;
    bitsPerSecond: number;
    samples: number;
    lastSeen: number;
    links: readonly {link: string | null; samples: number}[];
  }[];
  flows: readonly {
    agent: string;
    link: string | null;
    /** Links that it came in by, and was to leave by. */
    input: string | null;
    output: string | null;
    reason: string;
    code: number;
    source: string | null;
    sourceName?: string;
    destination: string | null;
    destinationName?: string;
    isRoce: boolean;
    destQp: number | null;
    frames: number;
    bytes: number;
    lastSeen: number;
  }[];
  otherFlows: number;
  /** What agents held back or what got lost on the way. */
  agents: readonly {agent: string; notifications: number; suppressed: number; missing: number}[];
  discards: readonly {
    link: string;
    time: number;
    inDiscardsPerSecond: number | null;
    outDiscardsPerSecond: number | null;
  }[];
}

/** `GET /api/v1/imbalance` */
export interface ImbalanceAnswer {
  finalBefore: number;
  /** Epoch ms; null before the first look. */
  time: number | null;
  window: number;
  groups: readonly ParallelLinks[];
}

export interface ParallelLinks {
  id: string;
  agent: string;
  name: string;
  why: string;
  links: readonly {id: string; bitsPerSecond: number; low: number; high: number; share: number}[];
  samples: number;
  cv: number | null;
  cvLow: number | null;
  cvHigh: number | null;
  pValue: number | null;
  verdict: 'balanced' | 'few-flows' | 'imbalanced' | 'unknown';
  hashing: {flows: number | null; expectedCv: number};
  collisions: readonly {
    link: string;
    utilisation: number;
    flows: readonly {source: string; destination: string; destQp: number; bitsPerSecond: number}[];
    sibling: string;
  }[];
}

/** `GET /api/v1/operations` */
export interface OperationsAnswer {
  finalBefore: number;
  window: number;
  /** `fabric`, or the agent address or link id asked for. */
  scope: string;
  operations: readonly {
    transport: string;
    name: string;
    opcode: number | null;
    framesPerSecond: number;
    low: number;
    high: number;
    bitsPerSecond: number;
    bitsLow: number;
    bitsHigh: number;
    samples: number;
  }[];
  rdma: {
    operationsPerSecond: number | null;
    low: number | null;
    high: number | null;
    samples: number;
    bytesPerOperation: number | null;
    bytesLow: number | null;
    bytesHigh: number | null;
  };
  credits: {average: number | null; min: number | null; max: number | null; samples: number};
  naks: readonly Nak[];
  rnrPerSecond: Omit<Nak, 'code' | 'name'>;
}

/** Negative acknowledgements of one code. */
export interface Nak {
  code: number | null;
  name: string;
  perSecond: number | null;
  low: number | null;
  high: number | null;
  samples: number;
}

/** `GET /api/v1/congestion` */
export interface CongestionAnswer {
  finalBefore: number;
  window: number;
  links: readonly {
    id: string;
    direction: 'in' | 'out';
    samples: number;
    ceShare: number;
    ceShareLow: number;
    ceShareHigh: number;
    ceFramesPerSecond: number;
    ceFramesLow: number;
    ceFramesHigh: number;
    cnpPerSecond: number;
    cnpLow: number;
    cnpHigh: number;
    utilisation: number | null;
    utilisationLow: number | null;
    utilisationHigh: number | null;
    discards: {perSecond: number; ageMs: number; elapsedMs: number} | null;
  }[];
  incasts: readonly Incast[];
}

/** Many hosts that send to one port at once. */
export interface Incast {
  link: string;
  /** Who stands behind the port, and what it is called, where that is known. */
  host: string | null;
  hostName?: string;
  since: number;
  last: number;
  bursts: number;
  sources: number;
  addresses: readonly string[];
  usualSources: number;
  utilisation: number;
  ceShare: number;
  cnpPerFrame: number;
  periodic: boolean;
  periodMs: number | null;
}

/** ns that the time in a device is told to; it is that or more (sFlow 0:1039). */
export const LONGEST_DELAY = 0xffffffff;

/** Percentiles over sampled packets. */
export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
  samples: number;
}

/** `GET /api/v1/queues` */
export interface QueuesAnswer {
  finalBefore: number;
  window: number;
  ports: readonly {
    agent: string;
    link: string;
    name: string;
    queue: number | null;
    /** Bytes. */
    depth: Percentiles | null;
    /** Nanoseconds; `LONGEST_DELAY` is that or more. */
    delay: Percentiles | null;
  }[];
  otherPorts: number;
  /** Flows that stood in queues. */
  flows: readonly {
    agent: string;
    link: string;
    queue: number | null;
    source: string;
    sourceName?: string;
    destination: string;
    destinationName?: string;
    isRoce: boolean;
    destQp: number | null;
    samples: number;
    /** Bytes. */
    meanDepth: number;
  }[];
  otherFlows: number;
}

/** `GET /api/v1/matrix` */
export interface MatrixAnswer {
  finalBefore: number;
  /** Seconds that rates are taken over; null before the first look. */
  window: number | null;
  by: 'host' | 'switch' | 'rail';
  rows: readonly string[];
  columns: readonly string[];
  /** By row and column. */
  bitsPerSecond: readonly (readonly number[])[];
  low: readonly (readonly number[])[];
  high: readonly (readonly number[])[];
  /** What passed between those that are not shown. */
  restBitsPerSecond: number;
  restLow: number | null;
  restHigh: number | null;
}

/** A collective pattern, told from who sends to whom. */
export interface Pattern {
  kind: string;
  /** 0..1 */
  confidence: number;
  /** Partners of a host. */
  degree: number | null;
  why: string;
}

/** Hosts that work together. */
export interface Job {
  id: string;
  name: string | null;
  /** Epoch ms. */
  since: number;
  until: number | null;
  probable: boolean;
  why: string;
  hosts: readonly {address: string; name: string | null; link: string | null}[];
  links: readonly string[];
  roce: {bitsPerSecond: number; low: number; high: number; samples: number};
  period: Period | null;
  /** ms; null while its steps are not followed one by one. */
  steps: {count: number; mean: number; p50: number; p99: number} | null;
  /** Hosts that hold it up. */
  stragglers: number;
  congestion: {
    ceShare: number;
    ceShareLow: number;
    ceShareHigh: number;
    cnpPerSecond: number;
    cnpLow: number | null;
    cnpHigh: number | null;
    cnpShare: number;
    cnpShareLow: number;
    cnpShareHigh: number;
  };
  pattern: Pattern | null;
  overlaps: readonly string[];
}

/** `GET /api/v1/jobs` */
export interface JobsAnswer {
  finalBefore: number;
  time: number | null;
  window: number | null;
  jobs: readonly Job[];
  services: readonly {address: string; name: string | null; partners: number; bitsPerSecond: number}[];
  small: readonly {hosts: readonly string[]; bitsPerSecond: number}[];
}

/** `GET /api/v1/jobs/{id}/steps` */
export interface StepsAnswer {
  /** Usual length of a step, ms; null while steps are not followed one by one. */
  periodMs: number | null;
  mean: number | null;
  p50: number | null;
  p99: number | null;
  /** Epoch ms when an exchange began, and how long after the one before. */
  steps: readonly {time: number; ms: number}[];
  /** Those that took longer than usual: by which share. */
  slow: readonly {time: number; ms: number; share: number}[];
}

/** `GET /api/v1/stragglers` */
export interface StragglersAnswer {
  finalBefore: number;
  stragglers: readonly Straggler[];
  /** Jobs that nothing can be told of yet, and how long it takes. */
  waits: readonly {job: string; cycles: number | null; seconds: number | null; why: string}[];
}

/** A host, or an agent, that is late or slow in its job. */
export interface Straggler {
  job: string;
  /** Address of the host; of an agent that is late as a whole that of the agent. */
  host: string;
  name: string | null;
  link: string | null;
  kind: 'late' | 'slow' | 'finishes-late' | 'agent-late';
  /** How late; of a slow host how much longer its exchange is. */
  effectMs: number;
  /** Its 95 % interval. */
  effectLowMs: number;
  effectHighMs: number;
  shareOfPeriod: number;
  z: number;
  certainty: 'named' | 'suspected';
  since: number;
  cycles: number;
  text: string;
}

/** `GET /api/v1/counters` */
export interface CountersAnswer {
  finalBefore: number;
  counters: readonly Counter[];
  /** Values that are not listed. */
  others: number;
}

/** The last value of a counter record beside the interface counters. */
export interface Counter {
  agent: string;
  link: string | null;
  /** `{class}:{index}` of a data source that is no port. */
  device: string | null;
  metric: string;
  meaning: string;
  unit: string;
  kind: 'gauge' | 'rate';
  /** Of an optical module, from 1. */
  lane: number | null;
  value: number;
  /** Epoch ms. */
  time: number;
}
