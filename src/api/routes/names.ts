import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import {parseNames} from '../../fabric/wiring/names-parse.ts';
import {listsJson} from '../../history/state.ts';
import {kept, readBody, takeJson, unchecked} from '../json-body.ts';
import type {StateOptions} from './topology.ts';

const list = (description: string) => Type.Record(Type.String(), Type.String(), {description});

const NamesSchema = Type.Object(
  {
    agents: list('names of switches by agent address'),
    ports: list('names of ports by {agent}~{ifIndex}'),
    hosts: list('names of hosts by IP address'),
  },
  {title: 'Names'},
);

/** What switches, ports and hosts are called by the operator. */
export const nameRoutes: FastifyPluginCallbackTypebox<StateOptions> = (server, {context, state}, done) => {
  takeJson(server as never);
  server.get(
    '/names',
    {
      schema: {
        summary: 'The names that were put',
        tags: ['topology'],
        response: {200: NamesSchema},
      },
    },
    () => listsJson(context.fabric.names.put),
  );
  server.put(
    '/names',
    {
      schema: {
        summary: 'Replaces the names that were put; a list that is left out is empty',
        tags: ['topology'],
        body: Type.Partial(NamesSchema),
        response: {204: Type.Null({description: 'taken, and kept'})},
      },
      validatorCompiler: unchecked,
    },
    async ({body}, reply) => {
      await kept(state.putNames(readBody(body, parseNames)));
      return reply.code(204).send(null);
    },
  );
  done();
};
