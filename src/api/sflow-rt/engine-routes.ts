import type {FastifyPluginCallbackTypebox} from '@fastify/type-provider-typebox';
import {Type} from 'typebox';
import type {Context} from '../context.ts';
import {Problem} from '../problem.ts';
import {CONTENT_TYPE, exposition, type Family, metricName} from './exposition.ts';
import {aggregate, dump, namesOf, portsOf} from './interface-metrics.ts';

const age = Type.Number({description: 'age in ms'});
const value = Type.Union([Type.Number(), Type.String()]);

const DumpSchema = Type.Array(
  Type.Object({
    agent: Type.String(),
    dataSource: Type.String({description: 'ifIndex'}),
    metricName: Type.String(),
    metricValue: value,
    lastUpdate: age,
  }),
);

const MetricsSchema = Type.Array(
  Type.Object({
    metricName: Type.String(),
    metricN: Type.Number({description: 'data sources'}),
    metricValue: Type.Optional(value),
    agent: Type.Optional(Type.String()),
    dataSource: Type.Optional(Type.String()),
    lastUpdate: Type.Optional(age),
    lastUpdateMin: Type.Optional(age),
    lastUpdateMax: Type.Optional(age),
  }),
);

/** A body that is text. */
const text = (description: string) => ({200: {description, content: {'text/plain': {schema: Type.String()}}}});

const Agent = Type.String({description: 'addresses with commas between, or ALL, TOPOLOGY, EDGE, CORE'});
const Places = Type.Object({agent: Agent, metrics: Type.String({description: 'names with commas between, or ALL'})});

/** What sFlow-RT's own paths answer, as far as interface counters and agents go; flows are told by paths of our own. */
export const engineRoutes: FastifyPluginCallbackTypebox<{context: Context}> = (server, {context}, done) => {
  const {fabric, info} = context;
  const tags = ['sflow-rt'];
  server.get(
    '/version',
    {schema: {summary: 'Version of this server', tags, response: text('the version')}},
    (_request, reply) => {
      reply.type('text/plain; charset=utf-8').send(info.version);
    },
  );
  server.get(
    '/agents/json',
    {
      schema: {
        summary: 'Agents by address, as sFlow-RT tells them',
        tags,
        response: {
          200: Type.Record(
            Type.String(),
            Type.Object({
              sFlowDatagramsReceived: Type.Number(),
              sFlowDatagramsLost: Type.Number(),
              sFlowDatagramsDuplicates: Type.Number(),
              sFlowDatagramsOutOfOrder: Type.Number(),
              sFlowFlowSamples: Type.Number(),
              sFlowFlowLostSamples: Type.Number(),
              sFlowCounterSamples: Type.Number(),
              sFlowCounterLostSamples: Type.Number(),
              lastSeen: age,
              uptime: Type.Number({description: 'ms, as the agent tells it; of its sub-agents the longest'}),
            }),
          ),
        },
      },
    },
    () =>
      Object.fromEntries(
        fabric.agents.all.map(({address, subAgents, lastArrival}) => {
          const all = [...subAgents.values()];
          const sum = (pick: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + pick(one), 0);
          const answer = {
            sFlowDatagramsReceived: sum(({received}) => received),
            sFlowDatagramsLost: sum(({missing}) => missing),
            sFlowDatagramsDuplicates: sum(({duplicates}) => duplicates),
            sFlowDatagramsOutOfOrder: sum(({late}) => late),
            sFlowFlowSamples: sum(({flowSamples}) => flowSamples),
            sFlowFlowLostSamples: sum(({missingFlowSamples}) => missingFlowSamples),
            sFlowCounterSamples: sum(({counterSamples}) => counterSamples),
            sFlowCounterLostSamples: sum(({missingCounterSamples}) => missingCounterSamples),
            lastSeen: Math.max(0, Math.round(fabric.time - lastArrival)),
            uptime: Math.max(0, ...all.map(({uptimeMs}) => uptimeMs)),
          };
          return [address, answer];
        }),
      ),
  );
  server.get(
    '/metric/:agent/json',
    {
      schema: {
        summary: 'Values of one agent by {ifIndex}.{name}',
        tags,
        params: Type.Object({agent: Type.String({description: 'address'})}),
        response: {200: Type.Record(Type.String(), value)},
      },
    },
    ({params: {agent}}) => {
      if (!fabric.agents.get(agent)) throw new Problem(404, `no agent ${agent} is known`);
      const records = dump(fabric, portsOf(fabric, agent), namesOf('ALL'));
      return Object.fromEntries(records.map((one) => [`${one.dataSource}.${one.metricName}`, one.metricValue]));
    },
  );
  server.get(
    '/metric/:agent/:metrics/json',
    {
      schema: {
        summary: 'One record a metric over all data sources: max (the default), min, sum, avg, var or sdev: in front',
        tags,
        params: Places,
        response: {200: MetricsSchema},
      },
    },
    ({params: {agent, metrics}}) => {
      const ports = portsOf(fabric, agent);
      return metrics.split(',').map((wanted) => aggregate(fabric, ports, wanted));
    },
  );
  server.get(
    '/dump/:agent/:metrics/json',
    {schema: {summary: 'One record a metric and data source', tags, params: Places, response: {200: DumpSchema}}},
    ({params: {agent, metrics}}) => dump(fabric, portsOf(fabric, agent), namesOf(metrics)),
  );
  server.get(
    '/prometheus/metrics/:agent/:metrics/txt',
    {
      schema: {
        summary: 'Numbers of interface counters for Prometheus, by data source',
        tags,
        params: Places,
        response: text('gauges in the text format of Prometheus'),
      },
    },
    ({params: {agent, metrics}}, reply) => {
      reply.type(CONTENT_TYPE).send(exposition(familiesOf(context, agent, namesOf(metrics))));
    },
  );
  server.get(
    '/topology/json',
    {schema: {summary: 'The topology that was given', tags, response: {200: Type.Unknown()}}},
    (_request, reply) => {
      const {topology} = fabric.wiring;
      if (!topology) throw new Problem(404, 'no topology was given: roles are inferred');
      reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
      return topology.json;
    },
  );
  done();
};

function familiesOf({fabric}: Context, agent: string, names: readonly string[]): Family[] {
  const ports = portsOf(fabric, agent);
  return names.map((name) => ({
    name: `sflow_${metricName(name)}`,
    help: `${name} of interface counters, as sFlow-RT calls it.`,
    series: ports.flatMap((port) => {
      const [record] = dump(fabric, [port], [name]);
      if (record === undefined || typeof record.metricValue !== 'number') return [];
      const {dataSource, metricValue} = record;
      const labels = {
        agent: port.agent.address,
        datasource: dataSource,
        host: port.agent.given ?? port.agent.name ?? port.agent.address,
        ifname: port.name ?? '',
      };
      return [{labels, value: metricValue}];
    }),
  }));
}
