import type {IncastEngine} from '../analysis/congestion/incast-engine.ts';
import type {LinkEngine} from '../analysis/congestion/link-engine.ts';
import type {ImbalanceEngine} from '../analysis/imbalance/imbalance-engine.ts';
import type {JobEngine} from '../analysis/jobs/job-engine.ts';
import type {PeriodEngine} from '../analysis/period/period-engine.ts';
import type {StragglerEngine} from '../analysis/stragglers/straggler-engine.ts';
import type {Thresholds} from '../analysis/thresholds/thresholds.ts';
import type {Fabric} from '../fabric/fabric.ts';
import type {State} from '../history/state.ts';
import type {Log} from '../log.ts';
import type {WebhookCounts} from './alerts/webhook.ts';
import type {AiTrend} from './sflow-rt/ai-trend.ts';

/** What the server knows of itself, beside the fabric. */
export interface ServerInfo {
  version: string;
  /** Traffic is simulated. */
  demo: boolean;
  /** 'udp', or the name of the recording that is played. */
  source: string;
  /** Which receiver is in use; undefined for a recording, and until the collector listens. */
  receiver: 'dgram' | 'native' | undefined;
  /** UDP port; undefined for a recording, and until the collector listens. */
  udpPort: number | undefined;
  /** Addresses of this machine that a switch may send to. */
  addresses: string[];
  /** Receive buffer that the kernel granted, bytes. */
  receiveBufferBytes: number | undefined;
  /** Whether the collector listens. */
  ready: boolean;
  /** By ingest thread: seconds that it has worked since its start. */
  busySeconds?: () => readonly number[];
  /** This machine's clock, epoch ms; none for a recording. */
  wall?: () => number;
}

/** What every route may read. */
export interface Context {
  fabric: Fabric;
  info: ServerInfo;
  /** Bearer token; undefined when none is asked for. */
  token: string | undefined;
  /** Whether browsers may come by any host name (`--insecure-no-auth`). */
  anyHost: boolean;
  /** Most links that Prometheus is told of. */
  metricsLinks: number;
  /** Looks for cycles; without it none are told. */
  periods?: Pick<PeriodEngine, 'report'>;
  /** Looks who works together; without it no jobs are told. */
  jobs?: Pick<JobEngine, 'report' | 'over' | 'withName' | 'setNames'>;
  /** Looks how evenly parallel links carry; without it nothing is told of that. */
  imbalance?: Pick<ImbalanceEngine, 'report'>;
  /** Finds congested links and incasts; without it none are told. */
  congestion?: Pick<LinkEngine, 'congested'> &
    Partial<Pick<LinkEngine, 'entering'>> & {readonly incasts: Pick<IncastEngine, 'report'>};
  /** Follows the steps of jobs, and who holds them up; without it neither is told. */
  stragglers?: Pick<StragglerEngine, 'jobs' | 'stragglers' | 'waits' | 'steps'>;
  /** Follows the figures of sFlow-RT's AI Metrics app; without it there is no trend of them. */
  aiTrend?: AiTrend;
  /** What may not be crossed; without it there are no thresholds. */
  thresholds?: Thresholds;
  /** Sends alerts on; without it none are. */
  webhook?: WebhookCounts;
  /** What outlives the server; without it nothing does. */
  state?: State;
  /** Told of errors of our own making. */
  log?: Pick<Log, 'error'>;
}
