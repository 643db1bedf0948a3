import type {StreamPlan} from './streams.ts';

/** 32 well-mixed bits (murmur3's finaliser). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** What a switch or bonding host hashes of a frame: its 5-tuple. Both directions of a connection differ. */
export function flowHash(plan: StreamPlan): number {
  const ports = (plan.sourcePort << 16) | plan.destinationPort;
  const protocol = plan.shape.isTcp ? 6 : 17;
  return mix(mix(mix(plan.source + 1) ^ (plan.destination + 1)) ^ mix(ports ^ protocol));
}

/** Which of `count` equal ways a flow takes at `place`; each place hashes with a seed of its own. */
export function chooseWay(flow: number, place: number, count: number): number {
  return count === 1 ? 0 : mix(flow ^ Math.imul(place + 1, 0x9e3779b1)) % count;
}
