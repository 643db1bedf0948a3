import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {FinalBefore} from '../schemas.ts';
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
  uptimeMs: Type.Number(),
  largestDatagram: Type.Number({description: 'bytes'}),
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
        response: {
          200: Type.Object({
            finalBefore: FinalBefore,
            agents: Type.Array(
              Type.Object({
                address: Type.String(),
                presence: Type.String({description: 'present, or absent when it is overdue'}),
                lastSeen: Type.Number({description: 'epoch ms of its last datagram'}),
                silentAfterMs: Type.Number({description: 'silence after which it counts as absent'}),
                links: Type.Number(),
                subAgents: Type.Array(SubAgentSchema),
              }),
            ),
          }),
        },
      },
    },
    () => ({
      finalBefore: finalBefore(fabric),
      agents: fabric.agents.all.map(({address, presence, lastArrival, ports, subAgents}) => ({
        address,
        presence: presence.state(fabric.newest) === BinState.Absent ? 'absent' : 'present',
        lastSeen: Math.round(lastArrival),
        silentAfterMs: presence.windowBins() * BIN_MS,
        links: ports.length,
        subAgents: [...subAgents.values()],
      })),
    }),
  );
  done();
};
