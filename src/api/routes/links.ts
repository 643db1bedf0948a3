import {promisify} from 'node:util';
import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {type Port, portName} from '../../fabric/ports.ts';
import type {Scope} from '../../fabric/reader.ts';
import {BASIS_NAMES, directionOf} from '../../fabric/rows.ts';
import type {Context} from '../context.ts';
import {parseWindow} from '../duration.ts';
import {linkMeans, settledWindow} from '../estimate.ts';
import {GaugeSchema, gaugesOf} from '../gauges.ts';
import {Problem} from '../problem.ts';
import {portAdvice, portVersus} from '../sampling.ts';
import {PortAdviceSchema, PortVersusSchema} from '../sampling-schemas.ts';
import {DirectionSchema, EstimateSchema, FinalBefore, Nullable, SeriesQuery, SeriesSchema} from '../schemas.ts';
import {parseSpan, readSeries} from '../series.ts';
import {finalBefore} from '../time.ts';

/** Bins that are read before bins and other requests get their turn: about 5 ms. A link takes as long as so many more. */
const COST_AT_ONCE = 20_000;
const LINK_COST = 100;
/** Of tens of thousands of links more are read at once: each turn may wait for a bin. */
const MOST_TURNS = 64;
const othersFirst = promisify(setImmediate);

const rate = () => Nullable(Type.Number());

const CountersSchema = Type.Object(
  {
    time: Type.Number({description: 'epoch ms when they arrived'}),
    ageMs: Type.Number({description: 'how long ago that is'}),
    elapsedMs: Type.Number({description: 'interval that the rates are taken over'}),
    inOctetsPerSecond: rate(),
    inPacketsPerSecond: rate(),
    inDiscardsPerSecond: rate(),
    inErrorsPerSecond: rate(),
    outOctetsPerSecond: rate(),
    outPacketsPerSecond: rate(),
    outDiscardsPerSecond: rate(),
    outErrorsPerSecond: rate(),
    fcsErrorsPerSecond: rate(),
    symbolErrorsPerSecond: rate(),
  },
  {description: "the interface's own counters; usually without FCS"},
);

const LinkSchema = Type.Object({
  id: Type.String({description: '{agent}~{ifIndex}, for ever'}),
  agent: Type.String(),
  ifIndex: Type.Number(),
  name: Type.String({description: 'as the operator, the topology or else the agent names it'}),
  role: Type.Union([Type.Literal('edge'), Type.Literal('core'), Type.Literal('unknown')]),
  roleWhy: Type.String(),
  speed: Nullable(Type.Number({description: 'bit/s'})),
  basis: Type.Object(
    {in: Type.String(), out: Type.String()},
    {
      description:
        'measured at this port, observed at a bridge or device, or derived from other ports (lacks flooded, multicast and CPU traffic)',
    },
  ),
  wire: Nullable(Type.String({description: 'name of its wire to another switch, from the topology'})),
  peer: Nullable(Type.String({description: 'id of the link at the other end of the wire'})),
  in: Type.Object({roce: EstimateSchema, all: EstimateSchema}),
  out: Type.Object({roce: EstimateSchema, all: EstimateSchema}),
  counters: Nullable(CountersSchema),
  effectiveRate: Nullable(
    Type.Number({
      description: 'frames that a sample stood for over the window, received or else sent; corrected for what was lost',
    }),
  ),
  samplesVersusCounters: Type.Object({in: PortVersusSchema, out: PortVersusSchema}),
  advice: PortAdviceSchema,
});

const WindowQuery = Type.Object({
  window: Type.Optional(Type.String({description: 'mean over the last settled time, default 2s, at most 5m'})),
});
const LinksQuery = Type.Object({
  ...WindowQuery.properties,
  agent: Type.Optional(Type.String({description: 'only the links of this agent address'})),
});
const IdParams = Type.Object({id: Type.String({description: '{agent}~{ifIndex}'})});

/** Ports, one by one. */
export const linkRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric} = context;

  const portOf = (id: string): Port => {
    const port = fabric.ports.get(id);
    if (!port) throw new Problem(404, `no link '${id}' has been seen`);
    return port;
  };

  const answer = (port: Port, {from, to}: {from: number; to: number}) => {
    const received = linkMeans(fabric, port, directionOf('in'), from, to);
    const sent = linkMeans(fabric, port, directionOf('out'), from, to);
    const basis = (name: 'in' | 'out') => BASIS_NAMES[fabric.rows.basis(port.slot, directionOf(name), fabric.newest)]!;
    const {role, why} = fabric.sums.role(port);
    const end = fabric.wiring.end(port.id);
    return {
      id: port.id,
      agent: port.agent.address,
      ifIndex: port.ifIndex,
      name: portName(port),
      role,
      roleWhy: why,
      speed: port.speed ?? null,
      basis: {in: basis('in'), out: basis('out')},
      wire: end?.wire ?? null,
      peer: end?.peer ?? null,
      in: {roce: received.roce, all: received.all},
      out: {roce: sent.roce, all: sent.all},
      counters: port.counters
        ? {...port.counters, ageMs: Math.max(0, Math.round(fabric.time - port.counters.time))}
        : null,
      effectiveRate: received.framesPerSample ?? sent.framesPerSample,
      samplesVersusCounters: {in: portVersus(fabric, port, 'in'), out: portVersus(fabric, port, 'out')},
      advice: portAdvice(fabric, port),
    };
  };

  server.get(
    '/links',
    {
      schema: {
        summary: 'All links with their traffic',
        tags: ['links'],
        querystring: LinksQuery,
        response: {200: Type.Object({finalBefore: FinalBefore, links: Type.Array(LinkSchema)})},
      },
    },
    async ({query}) => {
      const window = settledWindow(fabric, parseWindow(query.window));
      const before = finalBefore(fabric);
      const ports = fabric.ports.all.filter(({agent}) => query.agent === undefined || agent.address === query.agent);
      const links: ReturnType<typeof answer>[] = [];
      const each = LINK_COST + window.to - window.from;
      const atOnce = Math.max(COST_AT_ONCE, (ports.length * each) / MOST_TURNS);
      let cost = 0;
      for (const port of ports) {
        // One that left while others were read has given its place away.
        if (fabric.ports.at(port.slot) === port) links.push(answer(port, window));
        cost += each;
        if (cost < atOnce) continue;
        cost = 0;
        await othersFirst();
      }
      return {finalBefore: before, links};
    },
  );
  server.get(
    '/links/:id',
    {
      schema: {
        summary: 'One link',
        tags: ['links'],
        params: IdParams,
        querystring: WindowQuery,
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            ...LinkSchema.properties,
            gauges: Type.Array(GaugeSchema, {description: 'what its other counters tell: PFC, optics, buffers'}),
          }),
        },
      },
    },
    ({params, query}) => {
      const port = portOf(params.id);
      const gauges = fabric.gauges.ofPort(port).map(gaugesOf);
      return {
        finalBefore: finalBefore(fabric),
        ...answer(port, settledWindow(fabric, parseWindow(query.window))),
        gauges,
      };
    },
  );
  server.get(
    '/links/:id/series',
    {
      schema: {
        summary: 'One link over time, in bins of 100 ms',
        tags: ['links'],
        params: IdParams,
        querystring: Type.Object({...SeriesQuery.properties, direction: Type.Optional(DirectionSchema)}),
        response: {200: SeriesSchema},
      },
    },
    ({params, query}) => {
      const port = portOf(params.id);
      const scope: Scope = {kind: 'link', port, direction: directionOf(query.direction ?? 'in')};
      return {
        finalBefore: finalBefore(fabric),
        ...readSeries(fabric, scope, query.measure ?? 'roce', parseSpan(fabric, query)),
      };
    },
  );
  done();
};
