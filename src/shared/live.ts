import type {AnswerName, AnswerTopic} from './live-answers.ts';

/**
 * The live socket `/api/v1/live`, subprotocol `tenhertz.v1`. Client to server: JSON text messages (`ClientMessage`).
 * Server to client: one frame a bin. Binary frames are laid out below, little-endian, every block a multiple of eight
 * bytes so that a browser can look at its columns as typed arrays; with `?format=json` the same content is JSON text
 * (`JsonFrame`).
 *
 * Frame  = header (32 bytes), then `blocks` blocks.
 * Header = u32 magic, u16 flags, u16 blocks, f64 newestBin, f64 finalBin, f64 serverTime (epoch ms).
 *          Figures of bins before `finalBin` will not change again; their state may still turn from unconfirmed to
 *          present, when an agent that speaks seldom is heard. Then blocks reach that far back.
 * Block  = u8 kind, u8 reserved, u16 count (bins), u32 payload bytes, f64 firstBin, payload.
 *          A block replaces what the client holds for bins firstBin .. firstBin + count - 1.
 *
 * kind 1 fabric   rates of roce, rates of all; u32[count] roce samples, all samples; u8[count] state; padding
 * kind 2 link     u32 slot, u16 measure (0 roce, 1 all), u16 direction (0 in, 1 out); rates; u32[count] samples; u8[count] state; padding
 *                 rates = f32[count] each: value, low, high, squares, largest. Squares (bit²/s²) and largest (bit/s)
 *                 are what the band is made from: for several bins together add up values and squares, take the
 *                 largest, and then one band (`weightedPoissonBand`); bounds never add up.
 * kind 3 heatmap  u32 firstSlot, u32 slots; count columns of u8[slots]: 0 = no data, else 1 + round(254 * share of line
 *                 rate); padding
 * kind 4 json     UTF-8 text of one `Topic`, padded with spaces
 *
 * All values are bit/s. Where the state is `absent` the value, low and high are NaN.
 */
export const LIVE_PATH = '/api/v1/live';
export const LIVE_PROTOCOL = 'tenhertz.v1';
export const FRAME_MAGIC = 0x315a4854; // "THZ1" in memory order
export const FRAME_HEADER_BYTES = 32;
export const BLOCK_HEADER_BYTES = 16;

export const FrameFlag = {
  /** The frame answers a subscription, or makes good for bins that were skipped: it replaces all the client holds. */
  Snapshot: 1,
  /** This client was too slow and did not get some bins; a snapshot of the last 13 follows at once. */
  Skipped: 2,
} as const;

export const BlockKind = {Fabric: 1, Link: 2, Heatmap: 3, Json: 4} as const;

/** What a bin's figures are worth. */
export const BinState = {
  /** The agent is silent or unknown: no figure. A gap, never a zero. */
  Absent: 0,
  /** The agent has been heard since: a zero is a zero. */
  Present: 1,
  /** The agent has not been heard since, but is not yet overdue: the figure may still grow. */
  Unconfirmed: 2,
} as const;

export type MeasureName = 'roce' | 'all';
export const MEASURE_NAMES: readonly MeasureName[] = ['roce', 'all'];

/** What comes in at a link's port, or goes out. */
export type DirectionName = 'in' | 'out';
export const DIRECTION_NAMES: readonly DirectionName[] = ['in', 'out'];

/** Sent first, where the server asks for a token. */
export interface AuthMessage {
  type: 'auth';
  token: string;
}

/** Replaces the former subscription whole; answered by a snapshot frame. */
export interface SubscribeMessage {
  type: 'subscribe';
  fabric?: boolean;
  /** Link ids, `{agent}~{ifIndex}`; at most 64. Unknown ids are left out until they appear. */
  links?: string[];
  measure?: MeasureName;
  /** Of links and heatmap; of both, links come in two blocks, and a cell of the heatmap is the larger of the two. */
  direction?: DirectionName | 'both';
  /** The heatmap of all links, traffic of the measure. */
  heatmap?: boolean;
  topics?: TopicName[];
  /** How many bins back the snapshot reaches, 13 by default, 3,000 at most. */
  history?: number;
}

export type ClientMessage = AuthMessage | SubscribeMessage;

/** Close codes of the socket beside the standard ones. */
export const CloseCode = {BadMessage: 4400, Unauthorized: 4401} as const;

/** What a client may ask for beside bins; a topic is made only while somebody has asked for it. */
export type TopicName = 'links' | 'summary' | 'flows' | 'events' | AnswerName;

export interface LinkInfo {
  /** Row in the heatmap and in link blocks; stays as long as the server runs. */
  slot: number;
  /** `{agent}~{ifIndex}` */
  id: string;
  agent: string;
  ifIndex: number;
  /** Name for people; `ifIndex 7` where nothing better is known. From the wire: text only, never markup. */
  name: string;
  role: 'edge' | 'core' | 'unknown';
  /** bit/s, null where no counter sample told it. */
  speed: number | null;
  /** Name of its wire to another switch, and id of the link at the other end, as the topology tells them. */
  wire?: string;
  peer?: string;
}

/** All links; sent on subscription and when one is new or changed. */
export interface LinksTopic {
  topic: 'links';
  revision: number;
  links: LinkInfo[];
}

export interface Estimate {
  /** null = no data, never zero. */
  bitsPerSecond: number | null;
  low: number | null;
  high: number | null;
  framesPerSecond: number | null;
  framesLow: number | null;
  framesHigh: number | null;
  samples: number | null;
}

/** Twice a second: the line of figures, and what tells the page's states apart. */
export interface SummaryTopic {
  topic: 'summary';
  version: string;
  /** True under `tenhertz demo`: the traffic is simulated. */
  demo: boolean;
  /** 'udp', or the recording's file name. */
  source: string;
  /** Port that the collector listens on; null for a recording. */
  udpPort: number | null;
  /** Addresses of this server that a switch may send to, best first. */
  addresses: string[];
  /** First bin of the settled 2 s that the means below are taken over. */
  bin: number;
  agents: number;
  agentsMissing: string[];
  links: number;
  edgeLinks: number;
  /** Links whose role is not known: what enters there is left out of the fabric's figures. */
  unknownLinks: number;
  /** Its share of what enters at edge links and there, 0..1. */
  unknownShare: number;
  /** Where roles come from. */
  rolesFrom: 'topology' | 'single switch' | 'inferred' | 'unknown';
  roce: Estimate;
  all: Estimate;
  /** CE-marked share of RoCEv2 frames, 0..1, null without frames. */
  ceShare: number | null;
  ceShareLow: number | null;
  ceShareHigh: number | null;
  cnpPerSecond: number | null;
  cnpPerSecondLow: number | null;
  cnpPerSecondHigh: number | null;
  datagramsPerSecond: number;
  flowSamplesPerSecond: number;
  /** Totals since the start, for the checklist and the drops figure. */
  totals: {
    datagrams: number;
    flowSamples: number;
    roceSamples: number;
    kernelDropped: number;
    ringDropped: number;
    rejected: number;
    /** Datagrams missing by sequence number. */
    missing: number;
  };
  /** Findings of data health that are not ok. */
  findings: {warning: number; bad: number};
  /** How many bins of 100 ms history the server holds. */
  historyBins: number;
}

export interface FlowRow {
  source: string;
  /** What the hosts are called, where that is known. */
  sourceName?: string;
  destination: string;
  destinationName?: string;
  destQp: number;
  dscp: number;
  bitsPerSecond: number;
  low: number;
  high: number;
  samples: number;
  operationsPerSecond: number;
  operationsLow: number;
  operationsHigh: number;
  /** Share of the flow's frames that are marked CE where they leave the fabric, or have come farthest, 0..1. */
  ce: number;
  ceLow: number;
  ceHigh: number;
  cnpPerSecond: number;
  cnpLow: number;
  cnpHigh: number;
  /**
   * New packets of SENDs and WRITEs a second by their sequence numbers, with a 95 % interval: what was sent again is not in
   * it. Null where the numbers do not tell: with READs on the same queue pair, or too few samples.
   */
  packetsByPsn: {perSecond: number; low: number; high: number} | null;
  /** How often the sender was seen to go back between two samples of the window; it did so at least as often. */
  retransmissions: number;
  /** Ids of the links where it was seen, most traffic first. */
  links: string[];
}

/** Once a second, every two seconds where there are more than 16,384 flows: the largest RoCEv2 flows of the last seconds. */
export interface FlowsTopic {
  topic: 'flows';
  /** Seconds that the rates are taken over. */
  window: number;
  flows: FlowRow[];
  other: {flows: number; bitsPerSecond: number; low: number; high: number};
}

/** One thing that has happened; `FabricEvent` of the REST answers. Text is text only, never markup. */
export interface LiveEvent {
  /** Counts up from 1 since the server was started. */
  id: number;
  /** Epoch ms, by the time of the bins. */
  time: number;
  kind: string;
  level: 'info' | 'warning' | 'good';
  text: string;
  agent?: string;
  link?: string;
  /** The part of the server that it is about. */
  place?: string;
  /** The name of the threshold that was crossed. */
  threshold?: string;
  /** The id of the job that it is about. */
  job?: string;
  figures?: Readonly<Record<string, number>>;
}

/** The newest events on subscription, then what is new. */
export interface EventsTopic {
  topic: 'events';
  /** These follow the event of that id; 0 replaces all that the client holds. */
  after: number;
  /** Id of the newest of them; where more are left, they come with the next bin. */
  last: number;
  /** Newest first. */
  events: readonly LiveEvent[];
}

export type Topic = LinksTopic | SummaryTopic | FlowsTopic | EventsTopic | AnswerTopic;

/** One series of a JSON frame. */
export interface JsonSeries {
  firstBin: number;
  values: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** What bands of several bins are made from; see the layout above. */
  squares: number[];
  largest: number[];
  samples: (number | null)[];
  state: number[];
}

/** The frame of `?format=json`. */
export interface JsonFrame {
  newestBin: number;
  finalBin: number;
  serverTime: number;
  snapshot: boolean;
  skipped: boolean;
  fabric?: {roce: JsonSeries; all: JsonSeries};
  links?: ({id: string; measure: MeasureName; direction: DirectionName} & JsonSeries)[];
  heatmap?: {firstSlot: number; slots: number; firstBin: number; columns: number[][]};
  topics?: Topic[];
}
