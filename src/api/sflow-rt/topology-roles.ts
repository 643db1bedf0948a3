import type {Fabric} from '../../fabric/fabric.ts';
import type {Role} from '../../fabric/ports.ts';

/**
 * The ports that sFlow-RT calls TOPOLOGY: all of the switches that the topology names. Where roles are inferred, those
 * of all switches, also ports whose role is not known.
 */
export function topologyRoles({roles}: Fabric): readonly Role[] {
  return roles.from === 'topology' ? ['edge', 'core'] : ['edge', 'core', 'unknown'];
}
