import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {settledWindow} from '../estimate.ts';
import {agentQuartiles, RoleQuartilesSchema} from '../quartiles.ts';
import {agentSampling} from '../sampling.ts';
import {
  AgentAdviceSchema,
  AgentNumbersSchema,
  AgentVersusSchema,
  EffectiveRateSchema,
  SamplesSchema,
} from '../sampling-schemas.ts';
import {FinalBefore, Nullable} from '../schemas.ts';
import {SETTLED_MS} from '../summary.ts';
import {finalBefore} from '../time.ts';

const SubAgentSchema = Type.Object({
  id: Type.Number(),
  received: Type.Number({description: 'datagrams'}),
  missing: Type.Number({description: 'datagrams missing by sequence number'}),
  duplicates: Type.Number(),
  late: Type.Number({description: 'datagrams that came after a later one'}),
  restarts: Type.Number(),
  flowSamples: Type.Number(),
  counterSamples: Type.Number(),
  missingFlowSamples: Type.Number({description: 'by the numbers of their data sources'}),
  missingCounterSamples: Type.Number(),
  agentDrops: Type.Number({description: 'packets that it says it could not sample'}),
  timestamped: Type.Number({description: 'flow samples with a time of their own (0:1043)'}),
  timestampsRefused: Type.Number({description: 'of those, times that cannot be'}),
  uptimeMs: Type.Number(),
  largestDatagram: Type.Number({description: 'bytes'}),
});

const AgentSchema = Type.Object({
  address: Type.String(),
  name: Nullable(Type.String({description: 'as the operator or the topology names it, or else its own host name'})),
  presence: Type.String({description: 'present, or absent when it is overdue'}),
  lastSeen: Type.Number({description: 'epoch ms of its last datagram'}),
  silentAfterMs: Type.Number({description: 'silence after which it counts as absent'}),
  links: Type.Number(),
  quartiles: RoleQuartilesSchema,
  timeResolutionMs: Nullable(
    Type.Number({description: 'time that its samples may be off by, mean over the last 10 s; null without samples'}),
  ),
  timeResolutionNote: Nullable(Type.String({description: 'what that means, where it is more than 100 ms'})),
  samples: SamplesSchema,
  effectiveRates: Type.Array(EffectiveRateSchema, {
    description: 'data sources whose samples stand for another number of frames than their rate says',
  }),
  samplesVersusCounters: AgentVersusSchema,
  samplesVersusNumbers: AgentNumbersSchema,
  advice: AgentAdviceSchema,
  subAgents: Type.Array(SubAgentSchema),
});

/** Who reports. */
export const agentRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric} = context;
  server.get(
    '/agents',
    {
      schema: {
        summary: 'The agents, what came from them and what is missing',
        tags: ['agents'],
        response: {200: Type.Object({finalBefore: FinalBefore, agents: Type.Array(AgentSchema)})},
      },
    },
    () => {
      const {from, to} = settledWindow(fabric, SETTLED_MS);
      return {
        finalBefore: finalBefore(fabric),
        agents: fabric.agents.all.map((agent) => ({
          address: agent.address,
          name: agent.given ?? agent.name ?? null,
          presence: agent.presence.state(fabric.newest) === BinState.Absent ? 'absent' : 'present',
          lastSeen: Math.round(agent.lastArrival),
          silentAfterMs: agent.presence.windowBins() * BIN_MS,
          links: agent.ports.length,
          quartiles: agentQuartiles(fabric, agent, from, to),
          ...agentSampling(fabric, agent),
          subAgents: [...agent.subAgents.values()],
        })),
      };
    },
  );
  done();
};
