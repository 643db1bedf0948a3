import {expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {PartialBuilder, T} from '../support/partial-builder.ts';

it("takes the name of port 0 for the agent's own, and makes no port of it", () => {
  const builder = new PartialBuilder();
  const fabric = new Fabric();
  fabric.apply(builder.next(T + 1, {names: [{port: 0, name: 'leaf-7'}]}));
  expect(fabric.agents.all.map(({name, ports}) => [name, ports])).toEqual([['leaf-7', []]]);
});
