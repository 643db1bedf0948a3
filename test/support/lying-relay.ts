/**
 * Stands between an agent and its collector and makes it lie: every flow sample claims another sampling rate than it
 * was taken at. The pool grows by what is claimed, as an agent's does that only multiplies.
 */
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';

const FLOW_SAMPLE = 1;
/** Words of a compact flow sample (v5, flow_sample): sequence, source, rate, pool. */
const RATE_AT = 8;
const POOL_AT = 12;
const PREFIX = 8;
/** Version, address type, IPv4 agent, sub-agent, sequence, uptime, count. */
const HEADER = 28;

export interface LyingRelay {
  port: number;
  /** Flow samples that were changed. */
  changed(): number;
  stop(): void;
}

/** Relays datagrams of IPv4 agents to a port of this machine; rates are multiplied by `factor`. */
export async function startLyingRelay(collectorPort: number, factor: number): Promise<LyingRelay> {
  const socket: Socket = createSocket('udp4');
  let changed = 0;
  socket.on('message', (datagram) => {
    changed += lie(datagram, factor);
    socket.send(datagram, collectorPort, '127.0.0.1');
  });
  socket.bind(0);
  await once(socket, 'listening');
  return {port: socket.address().port, changed: () => changed, stop: () => socket.close()};
}

/** Changes all flow samples of a datagram in place; returns how many. */
function lie(datagram: Buffer, factor: number): number {
  const samples = datagram.readUInt32BE(HEADER - 4);
  let changed = 0;
  let at = HEADER;
  for (let sample = 0; sample < samples; sample++) {
    const format = datagram.readUInt32BE(at);
    const length = datagram.readUInt32BE(at + 4);
    const body = at + PREFIX;
    if (format === FLOW_SAMPLE) {
      datagram.writeUInt32BE(datagram.readUInt32BE(body + RATE_AT) * factor, body + RATE_AT);
      datagram.writeUInt32BE((datagram.readUInt32BE(body + POOL_AT) * factor) % 2 ** 32, body + POOL_AT);
      changed++;
    }
    at = body + length;
  }
  return changed;
}
