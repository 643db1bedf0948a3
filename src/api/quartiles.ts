import {Type} from 'typebox';
import {type Quartiles, quartilesOf} from '../analysis/quartiles.ts';
import type {Agent} from '../fabric/agents.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {meansOfAll, visitMeans} from '../fabric/link-means.ts';
import type {Role} from '../fabric/ports.ts';
import {ROLES} from '../fabric/roles/roles.ts';
import {Nullable} from './schemas.ts';

/** How the links of a role differ, bit/s; null where there are none. */
export interface RoleQuartiles {
  edge: LinkQuartiles | null;
  core: LinkQuartiles | null;
}

/** Quartiles in bit/s, and of how many links. */
export interface LinkQuartiles extends Quartiles {
  links: number;
}

const BITS = 8;

const rate = (description: string) => Type.Number({description: `${description}, bit/s`});

const LinkQuartilesSchema = Type.Object(
  {
    min: rate('the least'),
    q1: rate('a quarter of the links have less'),
    median: rate('half of the links have less'),
    q3: rate('three quarters of the links have less'),
    max: rate('the most'),
    links: Type.Number({description: 'links that frames were sampled at as they came in, in the last ten minutes'}),
  },
  {title: 'Quartiles', description: 'between two links by linear interpolation (definition 7 of Hyndman and Fan)'},
);

export const RoleQuartilesSchema = Type.Object(
  {edge: Nullable(LinkQuartilesSchema), core: Nullable(LinkQuartilesSchema)},
  {
    description:
      "of the links' means over the window, all traffic, in. Each mean has its own sampling error, so that min and q1 lie lower and q3 and max higher than those of what really passed; a longer window lessens that.",
  },
);

/** Quartiles over the links of an agent, by the role that each has in the last of the bins from..to. */
export function agentQuartiles(fabric: Fabric, agent: Agent, from: number, to: number): RoleQuartiles {
  const rates: Record<Role, number[]> = {edge: [], core: [], unknown: []};
  visitMeans(fabric, agent, from, to, ({slot}, bytesPerSecond) => {
    rates[fabric.roles.at(slot, to)].push(bytesPerSecond * BITS);
  });
  return quartilesByRole(rates);
}

/** The same over all links. */
export function fabricQuartiles(fabric: Fabric, from: number, to: number): RoleQuartiles {
  const rates: Record<Role, number[]> = {edge: [], core: [], unknown: []};
  const means = meansOfAll(fabric, from, to);
  for (let slot = 0; slot < means.length; slot++) {
    const role = ROLES[fabric.roles.numberAt(slot, to)]!;
    if (!Number.isNaN(means[slot])) rates[role].push(means[slot]! * BITS);
  }
  return quartilesByRole(rates);
}

function quartilesByRole(rates: Record<Role, number[]>): RoleQuartiles {
  const of = (role: Role): LinkQuartiles | null => {
    const quartiles = quartilesOf(rates[role]);
    return quartiles ? {...quartiles, links: rates[role].length} : null;
  };
  return {edge: of('edge'), core: of('core')};
}
