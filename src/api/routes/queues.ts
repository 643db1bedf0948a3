import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Fabric} from '../../fabric/fabric.ts';
import {portName} from '../../fabric/ports.ts';
import type {QueueQuery} from '../../fabric/queues.ts';
import type {Context} from '../context.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const percentiles = (unit: string, what: string) =>
  Nullable(
    Type.Object(
      {
        p50: Type.Number({description: unit}),
        p90: Type.Number(),
        p99: Type.Number(),
        max: Type.Number({description: 'the largest of the samples, exact'}),
        samples: Type.Number({description: 'sampled packets that told of it'}),
      },
      {description: `${what}, ${unit}; null where samples do not tell`},
    ),
  );

const Queue = Nullable(Type.Number({description: "the agent's number of the queue; null where samples do not tell"}));

const PortSchema = Type.Object(
  {
    agent: Type.String(),
    link: Type.String({description: 'the egress port'}),
    name: Type.String(),
    queue: Queue,
    depth: percentiles('bytes', 'what was in the queue when a packet was put into it'),
    delay: percentiles(
      'nanoseconds',
      'how long a packet was in the device; 4294967295 is that or more, as switches tell no longer ones',
    ),
  },
  {title: 'Queue'},
);

const FlowSchema = Type.Object(
  {
    agent: Type.String(),
    link: Type.String({description: 'the egress port'}),
    queue: Queue,
    source: Type.String(),
    sourceName: Type.Optional(Type.String({description: 'what the host is called, where that is known'})),
    destination: Type.String(),
    destinationName: Type.Optional(Type.String()),
    isRoce: Type.Boolean(),
    destQp: Nullable(Type.Number({description: 'queue pair at the destination; null of what is not RoCEv2'})),
    samples: Type.Number({description: 'sampled packets that found the queue filled'}),
    meanDepth: Type.Number({description: 'what those found in it, bytes'}),
  },
  {title: 'QueuedFlow'},
);

const Query = Type.Object({
  agent: Type.Optional(Type.String({description: 'only queues of this agent'})),
  link: Type.Optional(Type.String({description: 'only queues of this egress port'})),
  top: Type.Optional(
    Type.Integer({minimum: 1, maximum: 10_000, default: 100, description: 'queues and flows, at most'}),
  ),
});

/** How full the switches' queues are. */
export const queueRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/queues',
    {
      schema: {
        summary: 'Depth of egress queues and time in the device, as sampled packets found them',
        description:
          'Percentiles are over packets, not over time: each packet is as likely to be sampled as any other, a sample ' +
          'weighs as its nominal rate, and a queue that nothing passes says nothing. They are off by 6.25 % of their ' +
          'value at most, besides the chance of sampling. Packets that were dropped are not in them.',
        tags: ['queues'],
        querystring: Query,
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            window: Type.Number({description: 'seconds that percentiles are taken over'}),
            ports: Type.Array(PortSchema, {
              description: 'the fullest first, by the 99th percentile of depth, then delay',
            }),
            otherPorts: Type.Number({description: 'queues that are not listed'}),
            flows: Type.Array(FlowSchema, {description: 'flows that stood in queues, those with most samples first'}),
            otherFlows: Type.Number({description: 'such flows that are not listed'}),
          }),
        },
      },
    },
    ({query}) => queuesAnswer(context.fabric, query),
  );
  done();
};

/** Queues and the flows in them, unless said otherwise the 100 fullest. */
export function queuesAnswer(fabric: Fabric, {agent, link, top = 100}: QueueQuery & {top?: number} = {}) {
  const ports = fabric.queues.all({agent, link});
  const flows = fabric.queues.flows({agent, link});
  return {
    finalBefore: finalBefore(fabric),
    window: fabric.queues.windowSeconds,
    ports: ports.slice(0, top).map(({port, ...rest}) => ({
      ...{agent: port.agent.address, link: port.id, name: portName(port)},
      ...rest,
    })),
    otherPorts: Math.max(0, ports.length - top),
    flows: flows.slice(0, top).map((flow) => {
      const sourceName = fabric.names.host(flow.source);
      const destinationName = fabric.names.host(flow.destination);
      return {
        ...flow,
        ...(sourceName === undefined ? {} : {sourceName}),
        ...(destinationName === undefined ? {} : {destinationName}),
      };
    }),
    otherFlows: Math.max(0, flows.length - top),
  };
}
