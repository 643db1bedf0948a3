/** What docs/metrics.md tells of, row by row. Errors are those that the tables of bench/results.md or the tests found. */

/** A metric: what it is, where it is told, and what holds it against the truth. */
export interface MetricRow {
  metric: string;
  definition: string;
  /** Of what it is told. */
  scope: string;
  unit: string;
  /** `route: field.field` of REST, under /api/v1/. */
  rest: readonly string[];
  prometheus: readonly string[];
  /** As sFlow-RT's AI Metrics app calls it. */
  sflowRt: readonly string[];
  /** Scenarios of the simulator. */
  scenarios: readonly string[];
  /** The test that holds it against the truth. */
  proof: string;
  error: string;
}

const AI_PROOF = 'test/proofs/ai-metrics.test.ts';
const OPERATIONS_PROOF = 'test/proofs/operations.test.ts';

const TRAFFIC: readonly MetricRow[] = [
  {
    metric: 'total traffic',
    definition: 'all frames, with FCS and without preamble; of the fabric each once, where it enters at an edge link',
    scope: 'fabric, role; link, in and out',
    unit: 'bit/s',
    rest: ['fabric: all.bitsPerSecond', 'fabric: roles.core.all', 'links: links.in.all', 'fabric/series: values'],
    prometheus: ['tenhertz_fabric_bytes_per_second', 'tenhertz_fabric_bytes_total', 'tenhertz_link_bytes_per_second'],
    sflowRt: ['bps'],
    scenarios: ['leaf-spine', 'incast'],
    proof: AI_PROOF,
    error: '-0.13 % of 1.37 Tbit/s, one reading 0.71 %; incast -0.05 % of 571 Gbit/s, 1.07 %',
  },
  {
    metric: 'RoCEv2 traffic',
    definition:
      'the same of UDP to port 4791 with a sane base transport header; by the port alone where that was not sampled, as of agents that parse packets themselves: they tell no operations or flows',
    scope: 'fabric, role; link, in and out',
    unit: 'bit/s',
    rest: ['fabric: roce.bitsPerSecond', 'links: links.in.roce', 'links/{id}/series: values'],
    prometheus: ['tenhertz_fabric_bytes_per_second', 'tenhertz_link_bytes_total'],
    sflowRt: [],
    scenarios: ['leaf-spine', 'incast'],
    proof: AI_PROOF,
    error: '-0.13 % of 1.37 Tbit/s, one reading 0.71 %; incast -0.05 %, 1.07 %',
  },
  {
    metric: 'quartiles of edge links',
    definition:
      'min, q1, median, q3 and max of the means of single links, all traffic, in; between two links by linear interpolation (definition 7 of Hyndman and Fan)',
    scope: 'fabric, agent',
    unit: 'bit/s',
    rest: ['fabric: quartiles.edge.median', 'agents: agents.quartiles.edge'],
    prometheus: ['tenhertz_fabric_link_bytes_per_second'],
    sflowRt: ['edge_min_bps', 'edge_q1_bps', 'edge_med_bps', 'edge_q3_bps', 'edge_max_bps'],
    scenarios: ['leaf-spine'],
    proof: AI_PROOF,
    error:
      'min -3.57 %, q1 -1.49 %, median -0.05 %, q3 +0.94 %, max +3.20 %: outwards by the sampling error of single links',
  },
  {
    metric: 'quartiles of core links',
    definition: 'the same of links between switches',
    scope: 'fabric, agent',
    unit: 'bit/s',
    rest: ['fabric: quartiles.core.median', 'agents: agents.quartiles.core'],
    prometheus: ['tenhertz_fabric_link_bytes_per_second'],
    sflowRt: ['core_min_bps', 'core_q1_bps', 'core_med_bps', 'core_q3_bps', 'core_max_bps'],
    scenarios: ['leaf-spine'],
    proof: AI_PROOF,
    error: 'min -0.70 %, q1 +2.07 %, median +0.94 %, q3 +0.55 %, max +0.47 %',
  },
  {
    metric: 'packets of flows',
    definition: 'packets between the sequence numbers of sampled ones, where these run with the packets',
    scope: 'flow',
    unit: 'packets/s',
    rest: ['flows: flows.bitsPerSecond', 'flows: flows.packetsByPsn'],
    prometheus: [],
    sflowRt: [],
    scenarios: [],
    proof: 'test/proofs/packets-by-psn.test.ts',
    error: 'held to: at most 0.4 of the error of the samples alone, 0.8 below 10 packets/ms',
  },
  {
    metric: 'packets of jobs by sequence numbers',
    definition: 'new packets of SENDs and WRITEs that the hosts of a job sent each other, over about 5 s',
    scope: 'job',
    unit: 'packets/s',
    rest: ['jobs/{id}: byNumbers.packetsPerSecond'],
    prometheus: [],
    sflowRt: [],
    scenarios: ['two-jobs'],
    proof: 'test/proofs/packets-by-psn.test.ts',
    error: 'as of flows, whose errors are independent: interval ± 0.1 % for 32 hosts at 42 Gbit/s',
  },
  {
    metric: 'sampling rates by sequence numbers',
    definition:
      'packets as samples make them over those that their sequence numbers count, of SENDs and WRITEs over the last minute; 1 where the rate is as claimed',
    scope: 'agent',
    unit: 'ratio',
    rest: ['agents: agents.samplesVersusNumbers.ratio'],
    prometheus: [],
    sflowRt: [],
    scenarios: ['leaf-spine'],
    proof: 'test/fabric/psn-witness.test.ts',
    error: 'at most 0.8 % on 26,000 to 126,000 samples a switch, its 99.9999 % interval ± 1.4 to 3 %',
  },
  {
    metric: 'traffic counted once',
    definition: 'what the fabric says against what entered it, with sampling both ways and roles inferred',
    scope: 'fabric',
    unit: 'bytes',
    rest: ['fabric: unknownShare', 'fabric: rolesFrom'],
    prometheus: ['tenhertz_unknown_role_share', 'tenhertz_links_by_role'],
    sflowRt: [],
    scenarios: ['both'],
    proof: 'test/proofs/once.test.ts',
    error: '+0.06 % of 5.24 TB with roles inferred, -0.03 % with a topology; over all hops it is 2.26 times as much',
  },
];

const OPERATIONS: readonly MetricRow[] = [
  {
    metric: 'operations',
    definition: 'frames by transport and operation of the base transport header, and Ultra Ethernet by class',
    scope: 'fabric (edge), agent, link',
    unit: 'frames/s',
    rest: ['operations: operations.framesPerSecond'],
    prometheus: ['tenhertz_operations_frames_per_second'],
    sflowRt: ['top-5-operations'],
    scenarios: ['reference', 'both', 'egress', 'retries'],
    proof: OPERATIONS_PROOF,
    error:
      'over five minutes -0.16 to +0.04 % of all frames (ports of 10 Gbit/s, 1 in 400 to 500); of windows of 5 s, 95.3 to 96.0 % of the figures lie within their 95 % bands',
  },
  {
    metric: 'RDMA operations',
    definition: 'frames with a RETH: WRITE and READ operations begun',
    scope: 'fabric (edge), agent, link',
    unit: 'operations/s',
    rest: ['operations: rdma.operationsPerSecond'],
    prometheus: ['tenhertz_rdma_operations_per_second'],
    sflowRt: ['rdma_ops'],
    scenarios: ['reference', 'both', 'egress', 'retries'],
    proof: OPERATIONS_PROOF,
    error: 'over five minutes +0.74 % (reference), -0.38 % (both), -0.24 % (egress), -0.27 % (retries)',
  },
  {
    metric: 'bytes per operation',
    definition: 'mean DMA length of these',
    scope: 'fabric (edge), agent, link',
    unit: 'bytes',
    rest: ['operations: rdma.bytesPerOperation'],
    prometheus: ['tenhertz_rdma_bytes_per_operation'],
    sflowRt: ['rdma_bytes'],
    scenarios: ['reference', 'both', 'egress', 'retries'],
    proof: OPERATIONS_PROOF,
    error: 'over five minutes 86.6 of 86.8 KiB (reference and both), 87.9 (egress), 1,024.0 of 1,024.0 (retries)',
  },
  {
    metric: 'credits',
    definition:
      'messages that ACKs say the responder has room for: the count that the code stands for; no limit is left out',
    scope: 'fabric (edge), agent, link',
    unit: 'messages',
    rest: ['operations: credits.average', 'operations: credits.min', 'operations: credits.max'],
    prometheus: ['tenhertz_aeth_credits'],
    sflowRt: ['aeth_credits_avg', 'aeth_credits_min', 'aeth_credits_max'],
    scenarios: [],
    proof: 'test/api/operations.test.ts',
    error: 'exact on samples of known content',
  },
  {
    metric: 'refusals',
    definition: 'negative acknowledgements by code, and answers "receiver not ready"',
    scope: 'fabric (edge), agent, link',
    unit: 'frames/s',
    rest: ['operations: naks.perSecond', 'operations: rnrPerSecond.perSecond'],
    prometheus: ['tenhertz_naks_per_second'],
    sflowRt: [],
    scenarios: ['retries'],
    proof: OPERATIONS_PROOF,
    error: 'over five minutes NAKs -0.42 %, RNR +0.33 %; no window of 5 s farther off than 4.5 standard errors',
  },
  {
    metric: 'period',
    definition: 'mean length of a cycle of compute and exchange, from when samples come',
    scope: 'fabric',
    unit: 's (REST: ms)',
    rest: ['periods: periods.periodMs', 'periods: periods.confidence', 'periods: periods.duty'],
    prometheus: ['tenhertz_period_seconds', 'tenhertz_period_confidence'],
    sflowRt: ['period'],
    scenarios: ['leaf-spine'],
    proof: AI_PROOF,
    error: '+0.01 % of 0.5 s after a minute',
  },
];

const CONGESTION: readonly MetricRow[] = [
  {
    metric: 'CE marks, on every hop',
    definition:
      'RoCEv2 frames that come in marked congestion experienced (RFC 3168), in a tunnel on the inner or the outermost header (RFC 6040), once for each switch',
    scope: 'fabric',
    unit: 'frames/s',
    rest: [],
    prometheus: ['tenhertz_fabric_ce_frames_total'],
    sflowRt: ['ecn_pps'],
    scenarios: ['incast', 'leaf-spine'],
    proof: AI_PROOF,
    error: '-0.54 % of 361,000/s, one reading 6.45 %; leaf-spine +0.18 % of 211,000/s, 6.87 %',
  },
  {
    metric: 'CE marks, once a packet',
    definition:
      'RoCEv2 frames that leave at edge links marked; without the marks of the last switch where only what comes in is sampled',
    scope: 'fabric; by link `congestion`',
    unit: 'frames/s',
    rest: ['fabric: marks.ce.framesPerSecond', 'congestion: links.ceFramesPerSecond', 'congestion: links.ceShare'],
    prometheus: ['tenhertz_fabric_marked_frames_per_second'],
    sflowRt: [],
    scenarios: ['incast', 'leaf-spine'],
    proof: AI_PROOF,
    error: '-0.29 % of 142,000/s, one reading 11.8 %; leaf-spine +0.29 % of 125,000/s, 11.1 %',
  },
  {
    metric: 'CE marks of jobs and flows',
    definition:
      'share of their RoCEv2 frames that are marked where they leave at edge links, of the samples there; where that is not seen, where they have come farthest by TTL and role of the port. Without the marks of the last switch where only what comes in is sampled: of these only CNPs tell',
    scope: 'job, flow',
    unit: '0..1',
    rest: ['jobs: jobs.congestion.ceShare', 'flows: flows.ce'],
    prometheus: ['tenhertz_job_ce_ratio'],
    sflowRt: [],
    scenarios: ['incast', 'ecmp-collision'],
    proof: 'test/proofs/job-marks.test.ts',
    error:
      'over a minute `incast` 79.2 % of 79.4 (sampled on egress), 77.4 of 80.0 (both ways), 56.3 of 56.5 (on ingress, where 80.0 leave marked); `ecmp-collision` 43.1 % of 43.0, with bridges 62.1 of 62.0',
  },
  {
    metric: 'CNPs, on every hop',
    definition:
      'congestion notification packets (opcode 129) that come in, once for each switch; by the opcode alone, whatever SE and M say: the annex (A17.9.3) gives it no other meaning, and cards are seen that set M',
    scope: 'fabric',
    unit: 'frames/s',
    rest: [],
    prometheus: [],
    sflowRt: ['cnp_pps'],
    scenarios: ['incast', 'leaf-spine'],
    proof: AI_PROOF,
    error: '+0.24 % of 207,000/s, one reading 9.55 %; leaf-spine +0.94 % of 211,000/s, 9.49 %',
  },
  {
    metric: 'CNPs, once a packet',
    definition: 'those that leave at edge links; the total is of those that enter there',
    scope: 'fabric; by link `congestion`',
    unit: 'frames/s',
    rest: ['fabric: marks.cnp.framesPerSecond', 'congestion: links.cnpPerSecond'],
    prometheus: ['tenhertz_fabric_marked_frames_per_second', 'tenhertz_fabric_cnp_frames_total'],
    sflowRt: [],
    scenarios: ['incast', 'leaf-spine'],
    proof: AI_PROOF,
    error: '+1.93 % of 95,600/s, one reading 14.0 %; leaf-spine +1.30 % of 125,000/s, 11.8 %',
  },
  {
    metric: 'trimmed packets, on every hop',
    definition:
      'packets with the DSCP that switches give to those they trim (setting `trimDscp`, 11), once for each switch',
    scope: 'fabric',
    unit: 'frames/s',
    rest: [],
    prometheus: [],
    sflowRt: ['trim_pps'],
    scenarios: ['trimming', 'incast', 'leaf-spine'],
    proof: AI_PROOF,
    error: '+0.20 % of 1.92 M/s, one reading 3.51 %; leaf-spine -0.34 %, 3.20 %',
  },
  {
    metric: 'trimmed packets, once a packet',
    definition: 'those that leave at edge links',
    scope: 'fabric',
    unit: 'frames/s',
    rest: ['fabric: marks.trimmed.framesPerSecond'],
    prometheus: ['tenhertz_fabric_marked_frames_per_second'],
    sflowRt: [],
    scenarios: ['trimming', 'incast', 'leaf-spine'],
    proof: AI_PROOF,
    error: '+0.21 % of 637,000/s, one reading 5.46 %; leaf-spine -0.72 % of 640,000/s, 5.73 %',
  },
  {
    metric: 'discards',
    definition: "packets that interfaces counted as discarded, over their counters' last interval",
    scope: 'fabric (sum of all ports), agent, link',
    unit: 'packets/s',
    rest: ['links: links.counters.outDiscardsPerSecond', 'drops: discards.outDiscardsPerSecond'],
    prometheus: ['tenhertz_agent_discards_per_second'],
    sflowRt: ['discards_in', 'discards_out'],
    scenarios: ['incast'],
    proof: AI_PROOF,
    error: '+0.01 % of 799,000/s over five minutes',
  },
  {
    metric: 'errors',
    definition: 'packets with errors by the same counters; FCS and symbol errors where the agent sends them',
    scope: 'fabric (sum of all ports), agent, link',
    unit: 'packets/s',
    rest: ['links: links.counters.inErrorsPerSecond', 'links: links.counters.fcsErrorsPerSecond'],
    prometheus: ['tenhertz_agent_errors_per_second'],
    sflowRt: ['errors_in', 'errors_out'],
    scenarios: [],
    proof: 'test/api/ai-metrics.test.ts',
    error: 'exact on counters of known content; the simulator has no errors, and none are told of it',
  },
  {
    metric: 'drop reasons',
    definition: 'packets that switches told of by drop notifications: at least so many were dropped',
    scope: 'fabric, agent, link, flow',
    unit: 'packets/s',
    rest: ['drops: reasons.framesPerSecond', 'drops: flows.frames', 'drops: agents.suppressed'],
    prometheus: ['tenhertz_drop_notifications_total', 'tenhertz_drop_notifications_suppressed_total'],
    sflowRt: ['top-5-drop-reasons'],
    scenarios: ['drops'],
    proof: 'test/proofs/drops.test.ts',
    error: '-0.02 % of 82.8 million packets in 50 s: notifications and what agents say they held back, together',
  },
  {
    metric: 'queues',
    definition: 'depth of egress queues and time in the device, percentiles over what sampled packets found',
    scope: 'port and queue, flow',
    unit: 'bytes, ns',
    rest: ['queues: ports.depth.p99', 'queues: ports.delay.p99', 'queues: flows.meanDepth'],
    prometheus: ['tenhertz_queue_depth_bytes', 'tenhertz_queue_delay_seconds'],
    sflowRt: [],
    scenarios: ['queues'],
    proof: 'test/proofs/queues.test.ts',
    error:
      'from 800 samples, p50, p90 and p99 of depth are the 52.8th, 91.1st and 99.9th percentile of all packets, of delay the 52.9th, 88.8th and 99.0th; a constant delay -2.7 %',
  },
  {
    metric: 'pauses, optics and other counters',
    definition: 'last values of PFC, optics, buffers, processors, hosts and GPUs, as agents count them',
    scope: 'link, device',
    unit: 'that of the counter',
    rest: ['counters: counters.metric', 'counters: counters.value'],
    prometheus: ['tenhertz_agent_pfc_storms_total', 'tenhertz_pfc_pause_ratio'],
    sflowRt: [],
    scenarios: ['queues'],
    proof: 'test/proofs/queues.test.ts',
    error: 'held to: pause frames exact, pause times to 1.5 µs',
  },
];

const JOBS: readonly MetricRow[] = [
  {
    metric: 'jobs',
    definition:
      'hosts that exchange RoCEv2 with each other, without configuration; storage and other services left aside',
    scope: 'job',
    unit: 'hosts, bit/s',
    rest: ['jobs: jobs.hosts', 'jobs: jobs.roce.bitsPerSecond', 'jobs: services'],
    prometheus: [
      ...['tenhertz_jobs', 'tenhertz_job_info', 'tenhertz_job_hosts', 'tenhertz_job_bytes_per_second'],
      ...['tenhertz_job_bytes_per_second_low', 'tenhertz_job_bytes_per_second_high'],
      ...['tenhertz_job_period_seconds', 'tenhertz_job_cnp_per_second'],
    ],
    sflowRt: [],
    scenarios: ['two-jobs', 'shared-hosts', 'storage', 'rail-jobs', 'start-stop'],
    proof: 'test/proofs/jobs.test.ts',
    error: 'of 200 random placements all jobs right in 95.0 % at 1 Gbit/s a host, in 100 % at 5 and at 20',
  },
  {
    metric: 'collective pattern',
    definition: 'ring, all-to-all, tree, pipeline, halving-doubling and others, from the matrix of who sends to whom',
    scope: 'job',
    unit: 'one of these, with confidence',
    rest: ['jobs: jobs.pattern.kind', 'matrix: bitsPerSecond'],
    prometheus: [],
    sflowRt: [],
    scenarios: ['patterns'],
    proof: 'test/analysis/jobs/pattern.test.ts',
    error: 'right in 99 to 100 % at 1 Gbit/s a host but for mixed ones, which are called unknown until 5 Gbit/s',
  },
  {
    metric: 'stragglers',
    definition: 'hosts that are late, slow or finish late against their job, and by how much',
    scope: 'job and host',
    unit: 'ms, share of the period',
    rest: ['stragglers: stragglers.effectMs', 'stragglers: stragglers.shareOfPeriod', 'stragglers: waits'],
    prometheus: ['tenhertz_stragglers', 'tenhertz_job_step_seconds', 'tenhertz_job_slow_steps_total'],
    sflowRt: [],
    scenarios: ['straggler'],
    proof: 'test/analysis/stragglers/straggler.test.ts',
    error:
      'late by 5 %, coupled: told as 5.2 % at 0.3 s, 4.8 % at 1 s, 4.7 % at 5 s; named within 20 cycles in 100, 100 and 99 %, another host in none',
  },
  {
    metric: 'balance of parallel links',
    definition:
      'coefficient of variation over links that share a load, beyond sampling and beyond what hashing flows gives',
    scope: 'group of links, flow',
    unit: 'ratio, bit/s',
    rest: ['imbalance: groups.cv', 'imbalance: groups.hashing.expectedCv', 'imbalance: groups.collisions'],
    prometheus: [
      'tenhertz_imbalance_cv',
      'tenhertz_imbalance_expected_cv',
      'tenhertz_links_imbalanced',
      'tenhertz_elephant_collisions',
      'tenhertz_job_rails_cv',
    ],
    sflowRt: [],
    scenarios: ['ecmp-collision', 'leaf-spine', 'polarised'],
    proof: 'test/proofs/links.test.ts',
    error: 'of 20 groups with 0.10 to 1.73, told over 10 s: -0.002 to +0.004 on average, root of the mean square 0.006',
  },
  {
    metric: 'incasts',
    definition: 'edge ports that many hosts fill at once, again and again',
    scope: 'link',
    unit: 'hosts',
    rest: ['congestion: incasts.sources', 'congestion: incasts.periodMs'],
    prometheus: ['tenhertz_incast_sources'],
    sflowRt: [],
    scenarios: ['incast'],
    proof: 'test/analysis/congestion/incast.test.ts',
    error: 'held to: as many sources as there are on average where most were seen',
  },
];

/** Sections of the page, by title. */
export const METRIC_ROWS: Readonly<Record<string, readonly MetricRow[]>> = {
  Traffic: TRAFFIC,
  'Operations and cycles': OPERATIONS,
  'Congestion, drops and errors': CONGESTION,
  'Jobs and balance': JOBS,
};
