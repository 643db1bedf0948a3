import type {Fabric} from '../../fabric/fabric.ts';
import {edgeOf, type OperationAnswer, operationsOf} from '../operations.ts';
import type {MetricsBuilder} from './builder.ts';

/** What the packets do that enter at edge links. Kinds are at most the opcodes and the classes of Ultra Ethernet: 264. */
export function operationMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  let known: {bin: number; answer: OperationAnswer} | undefined;
  const answer = (): OperationAnswer => {
    if (known?.bin !== fabric.newest) {
      known = {bin: fabric.newest, answer: operationsOf(fabric, 'fabric', edgeOf(fabric))};
    }
    return known.answer;
  };
  builder.gauge(
    'tenhertz_operations_frames_per_second',
    'Estimated RoCEv2 and Ultra Ethernet frames entering at edge links, by operation, mean over the last 5 s.',
    ['transport', 'name'],
    (set) => {
      for (const {transport, name, framesPerSecond} of answer().operations) set(framesPerSecond, {transport, name});
    },
  );
  const gauge = (name: string, help: string, value: (answer: OperationAnswer) => number | null) =>
    builder.gauge(name, help, [], (set) => {
      const now = value(answer());
      if (now !== null) set(now);
    });
  gauge(
    'tenhertz_rdma_operations_per_second',
    'Estimated RDMA operations begun (packets with a RETH) that enter at edge links, mean over the last 5 s.',
    ({rdma}) => rdma.operationsPerSecond,
  );
  gauge(
    'tenhertz_rdma_bytes_per_operation',
    'Mean length that the RETH of these operations tells.',
    ({rdma}) => rdma.bytesPerOperation,
  );
  builder.gauge(
    'tenhertz_aeth_credits',
    'Messages that responders have room for, decoded from the credits of ACKs, over the last 5 s.',
    ['stat'],
    (set) => {
      const {average, min, max} = answer().credits;
      for (const [stat, value] of Object.entries({average, min, max})) if (value !== null) set(value, {stat});
    },
  );
  builder.gauge(
    'tenhertz_naks_per_second',
    'Estimated negative acknowledgements that enter at edge links, mean over the last 5 s.',
    ['code'],
    (set) => {
      const {naks, rnrPerSecond} = answer();
      for (const {name, perSecond} of [...naks, {name: 'receiver_not_ready', ...rnrPerSecond}]) {
        if (perSecond !== null) set(perSecond, {code: name});
      }
    },
  );
}
