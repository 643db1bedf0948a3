import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {DropPlace, DropQuery} from '../../fabric/drops.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import type {CounterRates} from '../../fabric/ports.ts';
import type {Context} from '../context.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {finalBefore} from '../time.ts';

const address = (description: string) => Nullable(Type.String({description}));
const Link = Nullable(
  Type.String({description: 'where it was dropped: the output, where the agent says one, else the input'}),
);
const Reason = Type.String({description: "sFlow's name of the reason; reason_<n> where it has none"});
const Code = Type.Number({description: "sFlow's number of the reason"});
const LastSeen = Type.Number({description: 'epoch ms of the last notification'});

const ReasonSchema = Type.Object(
  {
    reason: Reason,
    code: Code,
    framesPerSecond: Type.Number({
      description: 'notified packets a second over the window: at least so many were dropped',
    }),
    bitsPerSecond: Type.Number({description: 'of those packets'}),
    samples: Type.Number({description: 'notifications in the window; each stands for one packet and no more'}),
    lastSeen: LastSeen,
    links: Type.Array(Type.Object({link: Link, samples: Type.Number()}), {
      description: 'where, most packets first; 20 at most',
    }),
  },
  {title: 'DropReason'},
);

const DroppedFlowSchema = Type.Object(
  {
    agent: Type.String(),
    link: Link,
    input: Nullable(Type.String({description: 'link it came in by'})),
    output: Nullable(Type.String({description: 'link it was to leave by; null where it was not dropped on egress'})),
    reason: Reason,
    code: Code,
    source: address('null where the packet has no address that can be read'),
    sourceName: Type.Optional(Type.String({description: 'what the host is called, where that is known'})),
    destination: address('as the source'),
    destinationName: Type.Optional(Type.String()),
    isRoce: Type.Boolean(),
    destQp: Nullable(Type.Number({description: 'queue pair at the destination; null of what is not RoCEv2'})),
    frames: Type.Number({description: 'notifications in the window'}),
    bytes: Type.Number({description: 'sum of their lengths'}),
    lastSeen: LastSeen,
  },
  {title: 'DroppedFlow'},
);

const UnreportedSchema = Type.Object(
  {
    agent: Type.String(),
    notifications: Type.Number({description: 'that came in the window'}),
    suppressed: Type.Number({description: 'packets that it says it dropped beside these and did not tell of'}),
    missing: Type.Number({description: 'notifications that it sent and that did not arrive, by their numbers'}),
  },
  {title: 'DropsUnreported'},
);

const DiscardSchema = Type.Object(
  {
    link: Type.String(),
    time: Type.Number({description: 'epoch ms when the counters arrived'}),
    inDiscardsPerSecond: Nullable(Type.Number()),
    outDiscardsPerSecond: Nullable(Type.Number()),
  },
  {title: 'Discards'},
);

const Query = Type.Object({
  agent: Type.Optional(Type.String({description: 'only what this agent dropped'})),
  link: Type.Optional(Type.String({description: 'only what was dropped at this link'})),
  top: Type.Optional(Type.Integer({minimum: 1, maximum: 10_000, default: 20, description: 'flows and links, at most'})),
});

type Discards = Pick<CounterRates, 'inDiscardsPerSecond' | 'outDiscardsPerSecond'>;

/** Links of a reason. */
const MOST_LINKS = 20;

/** What the switches say that they dropped. */
export const dropRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  server.get(
    '/drops',
    {
      schema: {
        summary: 'Dropped packets by reason and by flow over the last minute, from drop notifications and counters',
        description:
          'Notifications are no samples: each stands for one packet, and agents limit how many they send. What they say ' +
          'that they held back is in `agents`.',
        tags: ['drops'],
        querystring: Query,
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            window: Type.Number({description: 'seconds that sums and rates are taken over'}),
            reasons: Type.Array(ReasonSchema, {description: 'most packets first'}),
            flows: Type.Array(DroppedFlowSchema, {description: 'most packets first'}),
            otherFlows: Type.Number({description: 'flows that lost packets and are not listed'}),
            agents: Type.Array(UnreportedSchema, {description: 'agents that told of drops in the window'}),
            discards: Type.Array(DiscardSchema, {
              description:
                'links whose own counters told of discards in their last interval, most first; at most `top`',
            }),
          }),
        },
      },
    },
    ({query}) => dropsAnswer(context.fabric, query),
  );
  done();
};

/** What was dropped over the last minute, with the 20 flows and links that lost most unless said otherwise. */
export function dropsAnswer(fabric: Fabric, {agent, link, top = 20}: DropQuery & {top?: number} = {}) {
  const flows = fabric.drops.flows({agent, link});
  return {
    finalBefore: finalBefore(fabric),
    window: fabric.drops.windowSeconds,
    reasons: reasonsOf(fabric, {agent, link}),
    flows: flows.slice(0, top).map((flow) => {
      const sourceName = flow.source === null ? undefined : fabric.names.host(flow.source);
      const destinationName = flow.destination === null ? undefined : fabric.names.host(flow.destination);
      return {
        ...flow,
        ...(sourceName === undefined ? {} : {sourceName}),
        ...(destinationName === undefined ? {} : {destinationName}),
      };
    }),
    otherFlows: Math.max(0, flows.length - top),
    agents: fabric.drops.unreported({agent}),
    discards: discardsOf(fabric, {agent, link}).slice(0, top),
  };
}

function reasonsOf({drops}: Fabric, query: DropQuery) {
  const seconds = drops.windowSeconds;
  const byCode = new Map<number, DropPlace[]>();
  for (const place of drops.places(query)) {
    const alike = byCode.get(place.code);
    if (alike) alike.push(place);
    else byCode.set(place.code, [place]);
  }
  const reasons = [...byCode.values()].map((places) => {
    const {code, reason} = places[0]!;
    const samples = places.reduce((sum, {frames}) => sum + frames, 0);
    const bytes = places.reduce((sum, place) => sum + place.bytes, 0);
    return {
      ...{reason, code, samples},
      framesPerSecond: samples / seconds,
      bitsPerSecond: (8 * bytes) / seconds,
      lastSeen: Math.max(...places.map(({lastSeen}) => lastSeen)),
      links: places.slice(0, MOST_LINKS).map(({link, frames}) => ({link, samples: frames})),
    };
  });
  return reasons.sort((a, b) => b.samples - a.samples);
}

function discardsOf({ports}: Fabric, {agent, link}: DropQuery) {
  const of = ({inDiscardsPerSecond, outDiscardsPerSecond}: Discards) =>
    (inDiscardsPerSecond ?? 0) + (outDiscardsPerSecond ?? 0);
  return ports.all
    .flatMap((port) => {
      if (!port.counters || of(port.counters) === 0) return [];
      if (agent !== undefined && port.agent.address !== agent) return [];
      if (link !== undefined && port.id !== link) return [];
      const {time, inDiscardsPerSecond, outDiscardsPerSecond} = port.counters;
      return [{link: port.id, time, inDiscardsPerSecond, outDiscardsPerSecond}];
    })
    .sort((a, b) => of(b) - of(a));
}
