/** Arbitrary traffic of a few agents: fields that matter, and small ranges so that keys meet again. */
import fc from 'fast-check';
import {UET_PORT} from '../../../src/packet/uet.ts';
import {START} from './feed.ts';
import {
  CNP_OPCODE,
  counters,
  datagram,
  discarded,
  dropped,
  expandedFlow,
  flow,
  foreign,
  gauges,
  hostDescription,
  INTERNAL,
  packet,
  several,
} from './wire.ts';

const interfaces = fc.constantFrom(0, 1, 2, 3, 4, 5, INTERNAL, discarded(258), several(3));

const header = fc
  .record({
    port: fc.constantFrom(4_791, 4_791, 4_791, 80, UET_PORT),
    protocol: fc.constantFrom('udp' as const, 'udp' as const, 'tcp' as const),
    opcode: fc.constantFrom(0x04, 0x0a, 0x11, CNP_OPCODE, 0x1f),
    syndrome: fc.constantFrom(undefined, 0x1f, 0x0a, 0x03, 0x20, 0x62),
    dmaLength: fc.constantFrom(undefined, 0, 4_096, 0xffffffff),
    destQp: fc.integer({min: 1, max: 3}),
    ecn: fc.integer({min: 0, max: 3}),
    source: fc.constantFrom('10.1.0.1', '10.1.0.2', '10.1.0.3'),
  })
  .map(({syndrome, dmaLength, ...fields}) =>
    packet({...fields, ...(syndrome === undefined ? {} : {syndrome}), ...(dmaLength === undefined ? {} : {dmaLength})}),
  );

const flows = fc
  .record({
    sourceClass: fc.constantFrom(0, 0, 0, 2),
    source: fc.integer({min: 0, max: 5}),
    rate: fc.constantFrom(0, 1, 1_000, 1_000, 2_000, 0xffffffff),
    sequence: fc.oneof(fc.integer({min: 0, max: 40}), fc.nat()),
    pool: fc.constantFrom(0, 1_000, 50_000, 0xffffffff),
    drops: fc.constantFrom(0, 0, 3, 10, 0xffffffff),
    time: fc.option(fc.integer({min: START - 3_000, max: START + 8_000}), {nil: undefined, freq: 3}),
    queue: fc.option(fc.integer({min: 0, max: 2}), {nil: undefined}),
    depth: fc.option(fc.constantFrom(0, 1, 70_000, 0xffffffff), {nil: undefined}),
    transit: fc.option(fc.constantFrom(600, 80_000, 0xffffffff), {nil: undefined}),
    input: interfaces,
    output: interfaces,
    length: fc.constantFrom(0, 64, 1_500, 9_018, 1_000_000),
    header,
  })
  .chain((fields) => fc.constantFrom(flow(fields), expandedFlow(fields)));

const readings = fc
  .record({
    ifIndex: fc.integer({min: 0, max: 4}),
    inOctets: fc.constantFrom(-1, 0, 1e6, 2e6),
    name: fc.option(fc.string({maxLength: 80}), {nil: 'eth'}),
  })
  .map(counters);

const drops = fc
  .record({
    sequence: fc.integer({min: 0, max: 40}),
    source: fc.integer({min: 0, max: 3}),
    drops: fc.constantFrom(0, 5, 9, 0xffffffff),
    output: fc.integer({min: 0, max: 5}),
    reason: fc.constantFrom(258, 259, 0xffffffff),
  })
  .map(dropped);

const word = fc.constantFrom(0, 1, 2, 1_000, 0x7fffffff, 0xffffffff);
const others = fc
  .tuple(
    fc.constantFrom(10, 11, 1001, 2003, 2004, 2005, 2006, (4_413 << 12) | 2, (5_703 << 12) | 1),
    fc.array(word, {maxLength: 30}),
    fc.integer({min: 0, max: 3}),
  )
  .map(([format, body, source]) => gauges([[format, ...body]], {source}));

const samples = fc.array(
  fc.oneof(
    {weight: 8, arbitrary: flows},
    {weight: 2, arbitrary: readings},
    {weight: 1, arbitrary: drops},
    {weight: 1, arbitrary: others},
    {weight: 1, arbitrary: fc.constantFrom(foreign(), hostDescription('leaf1'))},
  ),
  {maxLength: 6},
);

export const datagrams: fc.Arbitrary<Buffer> = fc
  .record({
    samples,
    agent: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '0.0.0.0', '127.0.0.1', '2001:db8::1'),
    subAgent: fc.integer({min: 0, max: 2}),
    sequence: fc.integer({min: 0, max: 12}),
    uptime: fc.constantFrom(0, 1_000, 60_000, 600_000),
  })
  .map(({samples: inside, ...fields}) => datagram(inside, fields));

export interface Event {
  bytes: Buffer;
  from: string;
  after: number;
}

/** Arrivals, now and then ten minutes apart, so that places in full tables pass on. */
export const arrivals: fc.Arbitrary<Event> = fc.record({
  bytes: datagrams,
  from: fc.constantFrom('192.0.2.1', '192.0.2.2', '10.0.0.1', '2001:db8::9'),
  after: fc.oneof(
    {weight: 20, arbitrary: fc.integer({min: 0, max: 120})},
    {weight: 1, arbitrary: fc.constantFrom(-50, 5_000, 700_000)},
  ),
});
