import {describe, expect, it} from 'vitest';
import {canonicalAddress} from '../../../src/fabric/address.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {portName} from '../../../src/fabric/ports.ts';
import {parseNames, parseNamesFile} from '../../../src/fabric/wiring/names-parse.ts';
import {parseTopology} from '../../../src/fabric/wiring/topology-parse.ts';
import {AGENT, PartialBuilder, T} from '../../support/partial-builder.ts';

describe('names', () => {
  it('come from what was put, else the file, else the topology, else the wire, else the number', () => {
    const builder = new PartialBuilder();
    const fabric = new Fabric();
    const port = () => portName(fabric.ports.get(`${AGENT}~1`)!);
    const agent = () => fabric.agents.get(AGENT)?.given ?? fabric.agents.get(AGENT)?.name;
    fabric.apply(builder.next(T + 1, {rows: [{bin: T, roce: [1_000]}]}));
    expect([agent(), port()]).toEqual([undefined, 'ifIndex 1']);
    const names = [
      {port: 0, name: 'wire'},
      {port: 1, name: 'wire1'},
    ];
    fabric.apply(builder.next(T + 2, {names}));
    expect([agent(), port()]).toEqual(['wire', 'wire1']);
    fabric.wiring.set(parseTopology({nodes: {topo: {agent: AGENT, ports: {topo1: {ifindex: '1'}}}}, links: {}}));
    fabric.callByNames();
    expect([agent(), port()]).toEqual(['topo', 'topo1']);
    fabric.names.set('file', parseNamesFile(`agent,${AGENT},file\nport,${AGENT}~1,file1\n`));
    fabric.callByNames();
    expect([agent(), port()]).toEqual(['file', 'file1']);
    fabric.names.set('put', parseNames({agents: {[AGENT]: 'put'}, ports: {[`${AGENT}~1`]: 'put1'}}));
    fabric.callByNames();
    expect([agent(), port()]).toEqual(['put', 'put1']);
    const {revision} = fabric.ports;
    fabric.apply(builder.next(T + 3));
    expect(fabric.ports.revision).toBe(revision);
    fabric.names.set('put', parseNames({}));
    fabric.names.set('file', parseNamesFile(''));
    fabric.wiring.set(undefined);
    fabric.callByNames();
    expect([agent(), port()]).toEqual(['wire', 'wire1']);
  });

  it('of a former start hold until the agent tells others', () => {
    const builder = new PartialBuilder();
    const fabric = new Fabric();
    fabric.names.remembered = parseNames({agents: {[AGENT]: 'leaf1'}, ports: {[`${AGENT}~1`]: 'Ethernet1'}});
    fabric.apply(builder.next(T + 1, {rows: [{bin: T, roce: [1_000]}]}));
    const port = fabric.ports.get(`${AGENT}~1`)!;
    expect([fabric.agents.get(AGENT)?.name, portName(port)]).toEqual(['leaf1', 'Ethernet1']);
    fabric.apply(builder.next(T + 2, {names: [{port: 1, name: 'swp1'}]}));
    expect(portName(port)).toBe('swp1');
    expect([...fabric.names.learned(10).ports]).toEqual([[`${AGENT}~1`, 'swp1']]);
  });

  it('of hosts are given, or those of their agents', () => {
    const fabric = new Fabric();
    fabric.apply(new PartialBuilder().next(T + 1, {names: [{port: 0, name: 'gpu-1'}]}));
    fabric.names.set('file', parseNames({hosts: {'10.9.9.9': 'storage'}}));
    expect(fabric.names.host(AGENT)).toBe('gpu-1');
    expect(fabric.names.host('10.9.9.9')).toBe('storage');
    expect(fabric.names.host('10.9.9.8')).toBeUndefined();
  });
});

describe('a file of names', () => {
  it('has three kinds of lines, comments, a heading, names with commas and quotation marks', () => {
    const text = [
      '\uFEFFkind,id,name',
      '# switches',
      'agent, 192.0.2.11 , leaf1',
      '',
      'port,192.0.2.11~49,"spine, ""left"""',
      'host,2001:DB8:0:0::1,gpu-1, rack 7',
    ].join('\r\n');
    const {agents, ports, hosts} = parseNamesFile(text);
    expect([...agents]).toEqual([['192.0.2.11', 'leaf1']]);
    expect([...ports]).toEqual([['192.0.2.11~49', 'spine, "left"']]);
    expect([...hosts]).toEqual([['2001:db8::1', 'gpu-1, rack 7']]);
  });

  it.each([
    ['switch,192.0.2.1,x', 'line 1: must begin with agent, port or host, and have three fields'],
    ['# c\nhost,192.0.2.1', 'line 2: must begin with agent, port or host, and have three fields'],
    ['host,gpu-1,192.0.2.1', 'line 1: must be named by its IP address'],
    ['port,192.0.2.1,x', 'line 1: must be named by {agent}~{ifIndex}'],
    ['host,192.0.2.1,', 'line 1: the name must be a text of 1 to 255 characters'],
    ['host,192.0.2.1,a\u001bb', 'line 1: the name must be a text of 1 to 255 characters'],
    ['host,192.0.2.1,a\nhost,192.0.2.1,b', 'line 2: 192.0.2.1 has a name already'],
  ])('names the line that is wrong: %j', (text, message) => {
    expect(() => parseNamesFile(text)).toThrow(message);
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8::0:1', '2001:db8::1'],
  ['::', '::'],
  ['2001:db8:0:0:1::', '2001:db8:0:0:1::'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['fe80::1%eth0', undefined],
  ['192.0.2', undefined],
  ['leaf1', undefined],
  [7, undefined],
])('the address %j is written %j', (text, address) => {
  expect(canonicalAddress(text)).toBe(address);
});
