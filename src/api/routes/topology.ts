import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {type Static, Type} from 'typebox';
import type {Clock} from '../../clock.ts';
import {parseTopology} from '../../fabric/wiring/topology-parse.ts';
import type {State} from '../../history/state.ts';
import type {Context} from '../context.ts';
import {kept, readBody, takeJson, unchecked} from '../json-body.ts';
import {Problem} from '../problem.ts';

/** What is not named here is kept and given back. */
const rest = {additionalProperties: true};

const NodeSchema = Type.Object(
  {
    agent: Type.Optional(
      Type.String({description: 'agent address; without it, the agent whose host name the node has'}),
    ),
    ports: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {ifindex: Type.Optional(Type.String({description: 'without it, the port that the agent calls so'}))},
          rest,
        ),
      ),
    ),
  },
  rest,
);

const WireSchema = Type.Object(
  {node1: Type.String(), port1: Type.String(), node2: Type.String(), port2: Type.String()},
  rest,
);

const TopologySchema = Type.Object(
  {
    nodes: Type.Optional(Type.Record(Type.String(), NodeSchema, {description: 'the switches, by name'})),
    links: Type.Record(Type.String(), WireSchema, {description: 'the wires between them, by name'}),
  },
  {...rest, title: 'Topology', description: "sFlow-RT's form"},
);

export interface StateOptions {
  context: Context;
  state: State;
  clock: Clock;
}

/** How the switches are wired. */
export const topologyRoutes: FastifyPluginCallbackTypebox<StateOptions> = (server, {context, state, clock}, done) => {
  const {wiring} = context.fabric;
  takeJson(server as never);
  server.get(
    '/topology',
    {
      schema: {
        summary: 'The topology in force, as it was given',
        tags: ['topology'],
        response: {200: TopologySchema},
      },
    },
    async (_request, reply) => {
      if (!wiring.topology) throw new Problem(404, 'no topology was given: roles are inferred');
      // As it was given: nothing is dropped nor made another type.
      reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
      return wiring.topology.json as Static<typeof TopologySchema>;
    },
  );
  server.put(
    '/topology',
    {
      schema: {
        summary: 'Replaces the topology; on an error nothing changes, and all wrong entries are named',
        tags: ['topology'],
        body: TopologySchema,
        response: {204: Type.Null({description: 'taken, and kept'})},
      },
      validatorCompiler: unchecked,
    },
    async ({body}, reply) => {
      await kept(state.putTopology(readBody(body, parseTopology), clock.now()));
      return reply.code(204).send(null);
    },
  );
  server.delete(
    '/topology',
    {
      schema: {
        summary: 'Removes the topology that was put; one that the server was started with is in force again',
        tags: ['topology'],
        response: {204: Type.Null({description: 'removed'})},
      },
    },
    async (_request, reply) => {
      await kept(state.putTopology(undefined, clock.now()));
      return reply.code(204).send(null);
    },
  );
  done();
};
