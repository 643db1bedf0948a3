/** Where a switch samples. Ingress is what most switches do; the data source is then the input port. */
export const SamplingPoint = {Ingress: 0, Egress: 1, Both: 2} as const;
export type SamplingPoint = (typeof SamplingPoint)[keyof typeof SamplingPoint];

/** How an agent samples and reports, where it differs from a plain one. */
export interface AgentOptions {
  readonly samplingPoint: SamplingPoint;
  /** N of 1-in-N of each port, in turn: port i has rates[i % rates.length]. */
  readonly rates: readonly number[];
  /** The N that it says in its samples, whatever it samples by; 0: the true one. */
  readonly claims: number;
  /** Which data source its samples name: the port, or like Open vSwitch one for all: the bridge (2:1000) or none (0:0). */
  readonly dataSource: 'port' | 'bridge' | 'none';
  /**
   * What it reports as sample pool: the packets that passed the data source (true), the claimed N for each sample
   * (nominal), the packets that passed the whole device (device), or nothing (zero).
   */
  readonly pool: 'true' | 'nominal' | 'device' | 'zero';
  /** Expanded samples (0:3 and 0:4). */
  readonly isExpanded: boolean;
  /** Each sample carries the time it was taken (0:1043), by the agent's own clock. */
  readonly hasTimestamps: boolean;
  /** How far the agent's clock is ahead of the true time; `clockSteps` are added from their time on. */
  readonly clockOffsetMs: number;
  readonly clockSteps: readonly {readonly afterMs: number; readonly byMs: number}[];
  /** Samples a second that each sub-agent's way to the CPU lets through; more are dropped and counted. 0: no limit. */
  readonly policer: number;
  /** Samples a second above which a sub-agent doubles N of all ports, until it gets less than a quarter. 0: never. */
  readonly backOff: number;
  /** Sub-agents that share the ports, each with sequence numbers of its own. */
  readonly subAgents: number;
  /** Keeps all its datagrams back and sends them together this often; 0: as they become full or due. */
  readonly burstMs: number;
  /** Sends its host name (host_descr, 0:2000) with the counters, and the names of its ports (0:1005). */
  readonly hasHostName: boolean;
  readonly hasPortNames: boolean;
  /** Restarts of the agent, in time since the start; it is silent for a while and then counts from 1 again. */
  readonly restarts: readonly {readonly afterMs: number; readonly silentMs: number}[];
  /** Sequence numbers, uptime, pools and counters begin shortly before they wrap. */
  readonly isNearWrap: boolean;
  /** Tells of dropped packets by drop notifications (0:5), at most so many a second for each sub-agent. 0: never. */
  readonly dropNotifications: number;
  /** In place of dropping what finds no room it cuts packets to `TRIMMED_BYTES` and sends them on (packet trimming). */
  readonly trims: boolean;
  /** Samples tell of the queue that the packet stood in and how long it took (0:1036, 0:1039, 0:1040). */
  readonly hasQueues: boolean;
  /** Counters tell of priority flow control (0:11), and of optical modules (0:10). */
  readonly hasPfc: boolean;
  readonly hasOptics: boolean;
}

/** What is different for some switches: those whose name (leaf2) or kind (leaf) is `of`, or for all without it. */
export interface AgentRule extends Partial<AgentOptions> {
  readonly of?: string;
}

const plain: Omit<AgentOptions, 'samplingPoint' | 'rates'> = {
  claims: 0,
  dataSource: 'port',
  pool: 'true',
  isExpanded: false,
  hasTimestamps: false,
  clockOffsetMs: 0,
  clockSteps: [],
  policer: 0,
  backOff: 0,
  subAgents: 1,
  burstMs: 0,
  hasHostName: false,
  hasPortNames: true,
  restarts: [],
  isNearWrap: false,
  dropNotifications: 0,
  trims: false,
  hasQueues: false,
  hasPfc: false,
  hasOptics: false,
};

/** The options of one switch: the fabric's, and over them each rule that is for it, later ones over earlier ones. */
export function agentOptionsOf(
  name: string,
  fabric: {sampling: number; samplingPoint: SamplingPoint; agents: readonly AgentRule[]},
): AgentOptions {
  const kind = name.replace(/\d+$/, '');
  const rules = fabric.agents.filter(({of}) => of === undefined || of === name || of === kind);
  return Object.assign({...plain, samplingPoint: fabric.samplingPoint, rates: [fabric.sampling]}, ...rules);
}

/** The first thing that is wrong with the rules in one line, undefined when all is well. */
export function findAgentFault(rules: readonly AgentRule[]): string | undefined {
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most;
  for (const rule of rules) {
    const {rates = [1], claims = 0, subAgents = 1, policer = 0, backOff = 0, burstMs = 0} = rule;
    if (rates.length === 0 || rates.some((rate) => rate === 0 || !isCount(rate, 1e9))) return 'rates must be 1 to 1e9';
    if (!isCount(claims, 1e9)) return 'claims must be 0 to 1e9';
    if (subAgents === 0 || !isCount(subAgents, 64)) return 'sub-agents must be 1 to 64';
    if (!isCount(policer, 1e9) || !isCount(backOff, 1e9)) return 'policer and back-off must be 0 to 1e9';
    if (!isCount(burstMs, 60_000)) return 'bursts must be 0 to 60s apart';
  }
  return undefined;
}
