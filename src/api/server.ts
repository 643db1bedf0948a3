import {existsSync} from 'node:fs';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import swagger, {type SwaggerTransform} from '@fastify/swagger';
import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import fastify, {type FastifyInstance, type FastifyReply} from 'fastify';
import {Thresholds} from '../analysis/thresholds/thresholds.ts';
import type {Clock} from '../clock.ts';
import {State} from '../history/state.ts';
import type {Context} from './context.ts';
import {LiveHub} from './live/hub.ts';
import {LIVE_LIMITS, type LiveLimits, liveRoute, takeSockets} from './live/route.ts';
import {makeMetrics} from './metrics/registry.ts';
import {answerError, answerProblems, requestError} from './problem.ts';
import {agentRoutes} from './routes/agents.ts';
import {congestionRoutes} from './routes/congestion.ts';
import {counterRoutes} from './routes/counters.ts';
import {dropRoutes} from './routes/drops.ts';
import {eventRoutes} from './routes/events.ts';
import {fabricRoutes} from './routes/fabric.ts';
import {flowRoutes} from './routes/flows.ts';
import {healthRoutes, probeRoutes} from './routes/health.ts';
import {imbalanceRoutes} from './routes/imbalance.ts';
import {jobRoutes} from './routes/jobs.ts';
import {linkRoutes} from './routes/links.ts';
import {nameRoutes} from './routes/names.ts';
import {operationRoutes} from './routes/operations.ts';
import {periodRoutes} from './routes/periods.ts';
import {queueRoutes} from './routes/queues.ts';
import {stragglerRoutes} from './routes/stragglers.ts';
import {thresholdRoutes} from './routes/thresholds.ts';
import {topologyRoutes} from './routes/topology.ts';
import {ProblemSchema} from './schemas.ts';
import {guard} from './security.ts';
import {AI_PREFIX, aiRoutes} from './sflow-rt/ai-routes.ts';
import {engineRoutes} from './sflow-rt/engine-routes.ts';

const API = '/api/v1';

/** Documents what every route may answer beside what it says itself. */
const withProblems: SwaggerTransform = ({schema, url}) => {
  const problem = {description: 'An error', content: {'application/problem+json': {schema: ProblemSchema}}};
  return {schema: {...schema, response: {...(schema?.response as object), default: problem}}, url};
};

export interface Api {
  server: FastifyInstance;
  hub: LiveHub;
}

/** Puts all faces on a fabric. `webRoot` holds the built dashboard. Does not listen yet. */
export async function makeApi(
  context: Context,
  clock: Clock,
  webRoot: string,
  limits: LiveLimits = LIVE_LIMITS,
): Promise<Api> {
  const server = fastify({
    forceCloseConnections: true,
    routerOptions: {maxParamLength: 256},
    schemaErrorFormatter: (errors, where) => requestError(errors, where),
    frameworkErrors: (error, request, reply) => {
      // No hook runs for these; one that asked to be a socket would stay open for ever.
      if (request.raw.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroy());
      answerError(error, reply as unknown as FastifyReply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  answerProblems(server, context.log);
  // In front of the guard: who is turned away gets the same headers.
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The server speaks plain HTTP; who puts TLS in front of it sets this there.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: true,
  });
  await takeSockets(server);
  guard(server, context);
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {title: 'tenhertz', version: context.info.version, description: 'Real-time visibility of AI/ML fabrics.'},
      components: {securitySchemes: {bearer: {type: 'http', scheme: 'bearer'}}},
      // The empty one: a server on loopback asks for none.
      security: [{bearer: []}, {}],
    },
    transform: withProblems,
  });
  const hub = new LiveHub(context, clock);
  liveRoute(server, context, hub, limits);
  for (const routes of [
    fabricRoutes,
    linkRoutes,
    flowRoutes,
    operationRoutes,
    agentRoutes,
    eventRoutes,
    healthRoutes,
    periodRoutes,
    dropRoutes,
    imbalanceRoutes,
    stragglerRoutes,
    queueRoutes,
    congestionRoutes,
    counterRoutes,
  ]) {
    await server.register(routes, {context, prefix: API});
  }
  const state = context.state ?? new State(context.fabric);
  for (const routes of [topologyRoutes, nameRoutes]) {
    await server.register(routes, {context, state, clock, prefix: API});
  }
  await server.register(jobRoutes, {context, state, prefix: API});
  await server.register(aiRoutes, {context, prefix: AI_PREFIX});
  await server.register(engineRoutes, {context});
  const {thresholds = new Thresholds(context.fabric)} = context;
  await server.register(thresholdRoutes, {context, state, thresholds, prefix: API});
  await server.register(probeRoutes, {context});
  const metrics = makeMetrics(context, hub);
  server.get('/metrics', {schema: {hide: true}}, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  server.get('/api/openapi.json', {schema: {hide: true}}, () => server.swagger());
  if (existsSync(webRoot)) await server.register(fastifyStatic, {root: webRoot});
  await server.ready();
  return {server: server as unknown as FastifyInstance, hub};
}
