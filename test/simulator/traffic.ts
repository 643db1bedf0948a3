import {framesPerMs} from '../../src/simulator/flows.ts';
import type {TrafficFactory} from '../../src/simulator/traffic.ts';

/** Every node but the first sends to the first at 40 % of the line rate: more than its port can take. */
export function incast(speed: number): TrafficFactory {
  return (plan, topology, pairs) => {
    const shape = pairs.shapes.message(0, 1, 2, 4, 40_000, 4);
    for (let sender = 1; sender < topology.nodes; sender++) {
      const rate = framesPerMs(shape, speed * 0.4);
      pairs.add(plan, {sender, receiver: 0, shape, replyEvery: 4, framesPerMs: rate, ceShare: 0});
    }
    const flows = plan.flows.length;
    return [
      {
        draw: (table, _at, ms) => {
          for (let flow = 0; flow < flows; flow++) table.send(flow, 1, ms);
        },
      },
    ];
  };
}
