import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {JobReport} from '../../analysis/jobs/job-engine.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import type {Context} from '../context.ts';
import {edgeOf, type OperationAnswer, operationsOf} from '../operations.ts';
import {Problem} from '../problem.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const number = (description: string) => Nullable(Type.Number({description}));
const samples = Type.Number({description: 'samples that it rests on'});

const rateFields = (what: string) => ({
  perSecond: number(`${what} a second; null where nothing is known`),
  low: number('lower end of the 95 % interval'),
  high: number('upper end of the 95 % interval'),
  samples,
});

const OperationSchema = Type.Object({
  transport: Type.String({
    description: 'RC, UC, RD, UD, XRC, CN for congestion notification, vendor, or UET for Ultra Ethernet',
  }),
  name: Type.String({description: "as the InfiniBand specification calls it; of Ultra Ethernet the packet's class"}),
  opcode: number('of the base transport header; null for Ultra Ethernet'),
  framesPerSecond: Type.Number(),
  low: Type.Number({description: 'lower end of the 95 % interval, frames a second'}),
  high: Type.Number({description: 'upper end of the 95 % interval, frames a second'}),
  bitsPerSecond: Type.Number({description: 'with FCS and without preamble'}),
  bitsLow: Type.Number({description: 'lower end of the 95 % interval, bit/s'}),
  bitsHigh: Type.Number({description: 'upper end of the 95 % interval, bit/s'}),
  samples,
});

const OperationsSchema = Type.Object({
  finalBefore: FinalBefore,
  window: Type.Number({description: 'seconds that the rates are taken over: five, less while the server is young'}),
  scope: Type.String({
    description: 'fabric (what enters at edge links), or the agent address, link or job id asked for',
  }),
  operations: Type.Array(OperationSchema, {description: 'kinds of packets that were sampled, most frames first'}),
  rdma: Type.Object(
    {
      operationsPerSecond: number('operations begun a second; null where nothing is known'),
      low: number('lower end of the 95 % interval, operations a second'),
      high: number('upper end of the 95 % interval, operations a second'),
      samples,
      bytesPerOperation: number('mean length that their RETH tells, bytes; null without a sample'),
      bytesLow: number(
        'lower end of the 95 % interval, from how the lengths scatter; null with fewer than ten samples',
      ),
      bytesHigh: number('upper end of the 95 % interval'),
    },
    {description: 'WRITE, READ and other operations whose first packet has a RETH (RDMA extended transport header)'},
  ),
  credits: Type.Object(
    {
      average: number('messages; null where no acknowledgement told any'),
      min: number('the least, messages'),
      max: number('the most, messages'),
      samples,
    },
    {
      description:
        'Messages that responders have room for, as ACKs tell it in their AETH: the count that the 5-bit code stands for (0 to 32,768). ACKs that tell no limit (code 31) are left out. Some cards always send 0, which is no alarm.',
    },
  ),
  naks: Type.Array(
    Type.Object({
      code: number('of the AETH; null for all that are reserved'),
      name: Type.String(),
      ...rateFields('negative acknowledgements'),
    }),
    {description: 'by code; one that no sample showed has a rate of 0 and says by its interval how many there may be'},
  ),
  rnrPerSecond: Type.Object(rateFields('answers "receiver not ready"')),
});

/** What the packets do. */
export const operationRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/operations',
    {
      schema: {
        summary: 'RDMA operations, acknowledgements and Ultra Ethernet over the last seconds',
        description:
          'What came in: at edge links for the whole fabric, so that each packet counts once; at all links of an agent; at one link; or at the links of the hosts of a job.',
        tags: ['operations'],
        querystring: Type.Object({
          agent: Type.Optional(Type.String({description: 'agent address'})),
          link: Type.Optional(Type.String({description: 'id of a link'})),
          job: Type.Optional(
            Type.String({
              description: 'id of a job: what comes in at its links, with what else its hosts do; see its `overlaps`',
            }),
          ),
        }),
        response: {200: OperationsSchema},
      },
    },
    ({query}) => {
      if (Object.values(query).filter((value) => value !== undefined).length > 1) {
        throw new Problem(400, 'ask for an agent, a link or a job, not for several');
      }
      return operationsAnswer(context, query);
    },
  );
  done();
};

/** Whose operations are asked for; those of the fabric where nothing is named. */
interface Of {
  agent?: string | undefined;
  link?: string | undefined;
  job?: string | undefined;
}

/** Operations of the fabric, or of one agent, link or job; 404 for one that is not known. */
export function operationsAnswer({fabric, jobs}: Context, of: Of = {}) {
  return {finalBefore: finalBefore(fabric), ...operationsIn(fabric, of, jobs?.report)};
}

function operationsIn(fabric: Fabric, {agent, link, job}: Of, report: JobReport | undefined): OperationAnswer {
  if (link !== undefined) {
    const port = fabric.ports.get(link);
    if (!port) throw new Problem(404, `no link ${link} is known`);
    return operationsOf(fabric, link, (slot) => slot === port.slot);
  }
  if (job !== undefined) {
    const found = report?.jobs.find(({id}) => id === job);
    if (!found) throw new Problem(404, `there is no job '${job}'`);
    // One that has left has given its slot to another.
    const present = found.hosts.filter(({port}) => port && fabric.ports.at(port.slot) === port);
    const slots = new Set(present.map(({port}) => port!.slot));
    return operationsOf(fabric, job, (slot) => slots.has(slot));
  }
  if (agent === undefined) return operationsOf(fabric, 'fabric', edgeOf(fabric));
  const known = fabric.agents.get(agent);
  if (!known) throw new Problem(404, `no agent ${agent} is known`);
  return operationsOf(fabric, agent, (slot) => fabric.ports.agents[slot] === known.index);
}
