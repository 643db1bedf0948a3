import type {SectionData} from '../account/codec.ts';
import {AGENTS, columnIndexes} from '../account/schema.ts';
import type {SubAgentDelta} from './agents.ts';

const column = columnIndexes(AGENTS);
const ADDRESS = [column['address0']!, column['address1']!, column['address2']!, column['address3']!] as const;
const SUB_AGENT = column['subAgent']!;
const RECEIVED = column['received']!;
const MISSING = column['missing']!;
const DUPLICATES = column['duplicates']!;
const LATE = column['late']!;
const RESTARTS = column['restarts']!;
const FLOW_SAMPLES = column['flowSamples']!;
const COUNTER_SAMPLES = column['counterSamples']!;
const MISSING_FLOW_SAMPLES = column['missingFlowSamples']!;
const MISSING_COUNTER_SAMPLES = column['missingCounterSamples']!;
const AGENT_DROPS = column['agentDrops']!;
const UNCERTAIN_MS = column['uncertainMs']!;
const TIMESTAMPED = column['timestamped']!;
const TIMESTAMPS_REFUSED = column['timestampsRefused']!;
const UPTIME_MS = column['uptimeMs']!;
const LARGEST_DATAGRAM = column['largestDatagram']!;
const LONGEST_GAP_MS = column['longestGapMs']!;
const LAST_ARRIVAL = column['lastArrival']!;

type Columns = SectionData['columns'];

/** The four words of the agent address that row `i` of a Partial's agents names. */
export function addressOf(columns: Columns, i: number): [number, number, number, number] {
  const [first, second, third, fourth] = ADDRESS;
  return [columns[first]![i]!, columns[second]![i]!, columns[third]![i]!, columns[fourth]![i]!];
}

export const subAgentOf = (columns: Columns, i: number): number => columns[SUB_AGENT]![i]!;

/** What row `i` of a Partial's agents adds to its sub-agent. */
export function deltaOf(columns: Columns, i: number): SubAgentDelta {
  return {
    received: columns[RECEIVED]![i]!,
    missing: columns[MISSING]![i]!,
    duplicates: columns[DUPLICATES]![i]!,
    late: columns[LATE]![i]!,
    restarts: columns[RESTARTS]![i]!,
    flowSamples: columns[FLOW_SAMPLES]![i]!,
    counterSamples: columns[COUNTER_SAMPLES]![i]!,
    missingFlowSamples: columns[MISSING_FLOW_SAMPLES]![i]!,
    missingCounterSamples: columns[MISSING_COUNTER_SAMPLES]![i]!,
    agentDrops: columns[AGENT_DROPS]![i]!,
    uncertainMs: columns[UNCERTAIN_MS]![i]!,
    timestamped: columns[TIMESTAMPED]![i]!,
    timestampsRefused: columns[TIMESTAMPS_REFUSED]![i]!,
    uptimeMs: columns[UPTIME_MS]![i]!,
    largestDatagram: columns[LARGEST_DATAGRAM]![i]!,
    longestGapMs: columns[LONGEST_GAP_MS]![i]!,
    lastArrival: columns[LAST_ARRIVAL]![i]!,
  };
}
