import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {InjectOptions} from 'fastify';
import {describe, expect, it, onTestFinished} from 'vitest';
import {State} from '../../src/history/state.ts';
import {Store} from '../../src/history/store.ts';
import {AGENT, T} from '../support/partial-builder.ts';
import {type Answer, type Harness, inject, makeHarness, TOKEN} from './harness.ts';

const SPINE = '10.0.0.2';
const TOPOLOGY = {
  nodes: {
    leaf1: {agent: AGENT, ports: {Ethernet1: {ifindex: '1', ofport: 3}, Ethernet2: {ifindex: 2}}, tags: {row: '7'}},
    spine1: {agent: SPINE, ports: {Ethernet1: {ifindex: '1'}}},
  },
  links: {L1: {node1: 'leaf1', port1: 'Ethernet2', node2: 'spine1', port2: 'Ethernet1', tags: {}}},
};

const rows = [
  {bin: T, port: 1, roce: [1_000]},
  {bin: T, port: 2, roce: [1_000]},
  {bin: T, agent: SPINE, port: 1, roce: [1_000]},
];

const send = (
  {server}: Harness,
  method: 'PUT' | 'DELETE',
  url: string,
  payload?: InjectOptions['payload'],
  headers: InjectOptions['headers'] = {},
): Promise<Answer> =>
  inject(server, {
    method,
    url: `/api/v1/${url}`,
    headers: {host: '127.0.0.1:8008', ...headers},
    ...(payload === undefined ? {} : {payload}),
  });

describe('PUT /topology', () => {
  it('is taken, answered as it was given, and seen in links, agents, roles and events', async () => {
    const api = await makeHarness();
    expect((await api.get('/api/v1/topology')).status).toBe(404);
    expect((await send(api, 'PUT', 'topology', TOPOLOGY)).status).toBe(204);
    expect((await api.get('/api/v1/topology')).json).toEqual(TOPOLOGY);
    api.give(T + 1, {rows});
    const {links} = (await api.get('/api/v1/links')).json;
    expect(links.map(({id, name, role, wire, peer}: never) => ({id, name, role, wire, peer}))).toEqual([
      {id: `${AGENT}~1`, name: 'Ethernet1', role: 'edge', wire: null, peer: null},
      {id: `${AGENT}~2`, name: 'Ethernet2', role: 'core', wire: 'L1', peer: `${SPINE}~1`},
      {id: `${SPINE}~1`, name: 'Ethernet1', role: 'core', wire: 'L1', peer: `${AGENT}~2`},
    ]);
    const {agents} = (await api.get('/api/v1/agents')).json;
    expect(agents.map(({name}: {name: string}) => name)).toEqual(['leaf1', 'spine1']);
    expect((await api.get('/api/v1/fabric')).json.rolesFrom).toBe('topology');
    const {events} = (await api.get('/api/v1/events?kind=topology-changed')).json;
    expect(events).toMatchObject([{text: 'the topology has 2 switches and 1 wires between them now'}]);
    expect(events[0].time).toBe(0); // the clock of the harness: there is no bin yet
  });

  it.each([
    ['no type', undefined],
    ["curl's type", 'application/x-www-form-urlencoded'],
    ['text', 'text/plain'],
    ['JSON', 'application/json'],
  ])('takes a body of %s', async (_, type) => {
    const api = await makeHarness();
    const headers = type === undefined ? {} : {'content-type': type};
    const answer = await send(api, 'PUT', 'topology', Buffer.from(JSON.stringify(TOPOLOGY)), headers);
    expect(answer.status).toBe(204);
  });

  it('names what is wrong and changes nothing', async () => {
    const api = await makeHarness();
    await send(api, 'PUT', 'topology', TOPOLOGY);
    const wrong = {...TOPOLOGY, links: {L1: {...TOPOLOGY.links.L1, port2: 'Ethernet9'}}};
    const answer = await send(api, 'PUT', 'topology', wrong);
    expect([answer.status, answer.json.detail]).toEqual([400, "links.L1.port2: spine1 has no port 'Ethernet9'"]);
    const noJson = await send(api, 'PUT', 'topology', '{"links":', {'content-type': 'application/json'});
    expect([noJson.status, noJson.json.detail]).toEqual([400, expect.stringContaining('the body is no JSON')]);
    const nothing = await send(api, 'PUT', 'topology');
    expect(nothing.status).toBe(400);
    expect((await api.get('/api/v1/topology')).json).toEqual(TOPOLOGY);
  });

  it('is bounded, and asks for the own origin and the token like every write', async () => {
    const api = await makeHarness({token: TOKEN});
    const bearer = {authorization: `Bearer ${TOKEN}`};
    expect((await send(api, 'PUT', 'topology', TOPOLOGY)).status).toBe(401);
    const foreign = {...bearer, origin: 'http://example.org'};
    expect((await send(api, 'PUT', 'topology', TOPOLOGY, foreign)).status).toBe(403);
    expect((await send(api, 'DELETE', 'topology', undefined, foreign)).status).toBe(403);
    const large = ' '.repeat(17 * 1024 * 1024);
    expect((await send(api, 'PUT', 'names', large, {...bearer, 'content-type': 'text/plain'})).status).toBe(413);
    expect((await send(api, 'PUT', 'topology', TOPOLOGY, bearer)).status).toBe(204);
  });

  it('is undone by DELETE: the topology of the start is in force again, or none', async () => {
    const api = await makeHarness();
    expect((await send(api, 'DELETE', 'topology')).status).toBe(204);
    await send(api, 'PUT', 'topology', TOPOLOGY);
    expect((await send(api, 'DELETE', 'topology')).status).toBe(204);
    expect((await api.get('/api/v1/topology')).status).toBe(404);
    api.give(T + 1, {rows});
    expect((await api.get('/api/v1/fabric')).json.rolesFrom).not.toBe('topology');
    const {events} = (await api.get('/api/v1/events?kind=topology-changed')).json;
    expect(events).toHaveLength(2);
    expect(events[0].text).toBe('there is no topology any more: roles are inferred');
  });

  it('is not taken when it cannot be kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenhertz-full-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const api = await makeHarness({
      makeState: (fabric) => new State(fabric, new Store(join(folder, 'state'), () => {})),
    });
    rmSync(join(folder, 'state'), {recursive: true});
    const answer = await send(api, 'PUT', 'topology', TOPOLOGY);
    expect([answer.status, answer.json.detail]).toEqual([500, expect.stringContaining('nothing was changed')]);
    expect((await api.get('/api/v1/topology')).status).toBe(404);
    expect((await send(api, 'PUT', 'names', {hosts: {'10.1.1.1': 'a'}})).status).toBe(500);
    expect((await api.get('/api/v1/names')).json.hosts).toEqual({});
  });
});

describe('PUT /names', () => {
  const NAMES = {agents: {[AGENT]: 'tor-1'}, ports: {[`${AGENT}~1`]: 'to gpu-1'}, hosts: {'10.1.1.1': 'gpu-1'}};

  it('names switches, ports and hosts, and gives the lists back', async () => {
    const api = await makeHarness();
    expect((await api.get('/api/v1/names')).json).toEqual({agents: {}, ports: {}, hosts: {}});
    const flow = {source: '10.1.1.1', destination: '10.1.1.2', lengths: [1_000, 1_000]};
    api.give(T + 1, {rows, flows: [flow]});
    expect((await send(api, 'PUT', 'names', NAMES)).status).toBe(204);
    expect((await api.get('/api/v1/names')).json).toEqual(NAMES);
    expect((await api.get(`/api/v1/links/${AGENT}~1`)).json.name).toBe('to gpu-1');
    expect((await api.get('/api/v1/agents')).json.agents[0].name).toBe('tor-1');
    const [shown] = (await api.get('/api/v1/flows')).json.flows;
    expect(shown).toMatchObject({source: '10.1.1.1', sourceName: 'gpu-1', destination: '10.1.1.2'});
    expect(shown).not.toHaveProperty('destinationName');
  });

  it('replaces all that was put before', async () => {
    const api = await makeHarness();
    await send(api, 'PUT', 'names', NAMES);
    await send(api, 'PUT', 'names', {hosts: {'2001:DB8::1': 'v6'}});
    expect((await api.get('/api/v1/names')).json).toEqual({agents: {}, ports: {}, hosts: {'2001:db8::1': 'v6'}});
  });

  it.each([
    [{switches: {}}, 'switches: must be one of agents, ports, hosts'],
    [{agents: []}, 'agents: must be an object'],
    [{ports: {'10.0.0.1': 'x'}}, 'ports.10.0.0.1: must be named by {agent}~{ifIndex}'],
    [{hosts: {gpu: 'x'}}, 'hosts.gpu: must be named by its IP address'],
    [{hosts: {'10.0.0.1': ' '}}, 'hosts.10.0.0.1: the name must be a text of 1 to 255 characters'],
    [[], 'names: must be an object'],
  ])('names what is wrong with %j', async (names, detail) => {
    const api = await makeHarness();
    const answer = await send(api, 'PUT', 'names', names);
    expect([answer.status, answer.json.detail]).toEqual([400, detail]);
  });
});
