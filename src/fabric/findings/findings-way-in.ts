import {Count} from '../../account/ledger.ts';
import type {Finding, Stage} from '../../shared/health.ts';
import {count, percent} from '../watch/watch-text.ts';
import {addresses, before, type Facts, lately, lossLevel, names} from './findings-facts.ts';
import {missingByPlace, sumOf, waterfallOf} from './waterfall.ts';

/** The receive buffer that the server asks for; see `collector/listen.ts`. */
const BUFFER_BYTES = 16 * 1024 * 1024;
/** A share of duplicates that is no accident. */
const DUPLICATE_SHARE = 0.01;

const ok = (where: Stage, what: string, advice = ''): Finding => ({level: 'ok', where, what, do: advice});

/** What got lost between the switches and this machine. */
export function networkFindings(facts: Facts): Finding[] {
  const {agents, recent, total} = facts;
  const {elsewhere} = missingByPlace(recent);
  const found: Finding[] = [];
  const losing = agents.filter(({loss}) => loss !== undefined);
  // A datagram that is merely late is missing for a moment: without an agent that loses, this is no finding yet.
  if (elsewhere > 0 && losing.length > 0) {
    const of = recent.received + recent.missing;
    found.push({
      level: lossLevel(elsewhere, of),
      where: 'network',
      what: `datagrams that were sent did not come, ${lately(elsewhere, of, facts)}, from ${names(losing)}; estimates are corrected for it`,
      do:
        losing.length === agents.length && agents.length > 1
          ? 'All lose at once, so look at what they share: the last network before this machine, its card, and its queue of packets (raise net.core.netdev_max_backlog).'
          : 'Look for drops on the way: the rate limit of the switch CPU, a full management network, a firewall.',
      ...addresses(losing),
    });
  }
  const duplicate = recent.counts[Count.DatagramsDuplicate]!;
  const received = recent.counts[Count.DatagramsReceived]!;
  if (duplicate > DUPLICATE_SHARE * received) {
    found.push({
      level: 'warning',
      where: 'network',
      what: `datagrams come twice, ${lately(duplicate, received, facts)}; each is counted once`,
      do: 'See whether a switch lists this server twice, or a forwarder copies to it.',
    });
  }
  if (found.length > 0) return found;
  return [ok('network', before(missingByPlace(total).elsewhere, 'datagrams lost on the way'))];
}

/** What the kernel dropped in front of the socket. */
export function kernelFindings(facts: Facts): Finding[] {
  const {recent, total, receiver, receiveBufferBytes = BUFFER_BYTES} = facts;
  if (receiver === undefined && total.counts[Count.DatagramsKernelDropped] === 0) return [];
  const lost = recent.counts[Count.DatagramsKernelDropped]!;
  const isSmall = receiveBufferBytes < BUFFER_BYTES;
  const raise = `raise net.core.rmem_max to ${BUFFER_BYTES} and restart`;
  if (lost === 0) {
    const size = isSmall ? `; its buffer is ${Math.round(receiveBufferBytes / 1024)} KiB only` : '';
    const what = before(total.counts[Count.DatagramsKernelDropped]!, 'datagrams dropped by the kernel');
    return [ok('kernel', what + size, isSmall ? `Bursts may not fit: ${raise}.` : '')];
  }
  const of = recent.counts[Count.DatagramsReceived]! + recent.counts[Count.DatagramsThinned]! + lost;
  const advice = isSmall
    ? `The buffer is too small: ${raise}.`
    : receiver === 'dgram'
      ? "Build the native receiver ('npm run build' with a C compiler): it goes on while JavaScript pauses."
      : 'This machine is too busy to take datagrams: give it a core of its own, or sample less.';
  const what = `the kernel dropped datagrams in front of the socket, ${lately(lost, of, facts)}; estimates are corrected for it`;
  return [{level: lossLevel(lost, of), where: 'kernel', what, do: advice}];
}

/** What the receiver dropped because the ingest thread did not keep up. */
export function ringFindings(facts: Facts): Finding[] {
  const {recent, total, receiver} = facts;
  const of = ({counts}: Facts['total']) => counts[Count.DatagramsRingDropped]! + counts[Count.DatagramsThinned]!;
  if (receiver !== 'native' && of(total) === 0) return [];
  const lost = of(recent);
  if (lost === 0) return [ok('ring', before(of(total), 'datagrams left out by the receiver'))];
  const all = recent.counts[Count.DatagramsReceived]! + lost;
  const thinned = recent.counts[Count.DatagramsThinned]!;
  const how = thinned === lost ? 'left out at random' : thinned === 0 ? 'dropped' : 'left out at random or dropped';
  const what = `more comes than this machine can read: datagrams were ${how}, ${lately(lost, all, facts)}; bands are wider`;
  const advice = 'Give the server a faster core, or sample one of more packets.';
  return [{level: lossLevel(lost, all), where: 'ring', what, do: advice}];
}

/** What to do about samples and datagrams that cannot be used, by reason. */
const REMEDY: Readonly<Record<string, string>> = {
  no_rate: 'An agent sends no sampling rate: see its configuration.',
  no_length: 'An agent sends no frame length: its software is at fault.',
  no_port: 'An agent names no interface of its samples: see whether sampling is set up per port.',
  table_full: 'More agents or ports than there is room for.',
  agent_table_full: 'More agents than there is room for: something may be forging agent addresses.',
};

/** What could not be read or used. */
export function decoderFindings(facts: Facts): Finding[] {
  const now = waterfallOf(facts.recent);
  const since = waterfallOf(facts.total);
  const kinds = [
    {reasons: now.datagramsRejected, of: now.datagramsReceived, what: 'datagrams could not be read'},
    {reasons: now.datagramsDamaged, of: now.datagramsDecoded, what: 'datagrams were cut or damaged'},
    {reasons: now.flowSamplesUnusable, of: now.flowSamples, what: 'flow samples could not be used'},
  ];
  const found = kinds.flatMap(({reasons, of, what}): Finding[] => {
    const lost = sumOf(reasons);
    if (lost === 0) return [];
    const by = Object.entries(reasons).sort(([, a], [, b]) => b - a);
    const list = by.slice(0, 3).map(([reason, n]) => `${reason.replaceAll('_', ' ')} ${count(n)}`);
    return [
      {
        level: lossLevel(lost, of),
        where: 'decoder',
        what: `${what}, ${lately(lost, of, facts)}: ${list.join(', ')}`,
        do: REMEDY[by[0]![0]] ?? "See which agent sends them: 'tenhertz decode' reads a capture of it.",
      },
    ];
  });
  if (found.length > 0) return found;
  const lost = sumOf(since.datagramsRejected) + sumOf(since.datagramsDamaged) + sumOf(since.flowSamplesUnusable);
  const roce = since.flowSamplesCounted > 0 ? since.roceSamples / since.flowSamplesCounted : 0;
  const share = since.flowSamples > 0 ? `; ${percent(roce)} of the samples are RoCEv2` : '';
  return [ok('decoder', before(lost, 'datagrams or samples unusable') + share)];
}

/** What found no room, or came too late. */
export function tableFindings(facts: Facts): Finding[] {
  const {recent, total} = facts;
  const found: Finding[] = [];
  if (recent.tablesRefused > 0) {
    found.push({
      level: 'bad',
      where: 'tables',
      what: `tables are full: ${count(recent.tablesRefused)} rows, ports, agents or readings of counters found no room in the last ${facts.recentSeconds} s, and what they tell is missing`,
      do: 'Give the server more memory (--memory), spread the switches over several servers, or keep forged agent addresses out by a firewall.',
    });
  }
  const late = recent.rowsLate + recent.partialsLost;
  if (late > 0) {
    found.push({
      level: 'bad',
      where: 'tables',
      what: `${count(late)} results of ingest threads came too late or never in the last ${facts.recentSeconds} s, and are missing from final bins`,
      do: 'This machine is overloaded: give the server more CPU.',
    });
  }
  if (found.length > 0) return found;
  const ever = total.tablesRefused + total.rowsLate + total.partialsLost;
  return [ok('tables', before(ever, 'rows refused or late'))];
}
