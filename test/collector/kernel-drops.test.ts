import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {expect, test} from 'vitest';
import {KernelDrops} from '../../src/collector/kernel-drops.ts';

const HEADING =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';

const line = (slot: string, local: string, inode: number, drops: number | string) =>
  `${slot}: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 ${inode} 2 0000000000000000 ${drops}        \n`;

function total(udp: string, udp6: string, inodes: string[], port = 6343): number {
  return new KernelDrops(port, (file) => (file.endsWith('udp6') ? udp6 : udp), new Set(inodes)).total();
}

test("drops of this process's sockets on the port, in both families", () => {
  const udp = [
    HEADING,
    line('  437', '00000000:18C7', 100, 7),
    line('12345', '0100007F:18C8', 101, 50), // another port
    line('  438', '00000000:18C7', 999, 60), // another process
    line('  439', '0100007F:0018C7', 100, 70), // no such port
  ].join('');
  const udp6 = HEADING + line('  500', '00000000000000000000000000000000:18C7', 102, 4_000_000_000);
  expect(total(udp, udp6, ['100', '101', '102'])).toBe(4_000_000_007);
  expect(total(udp, udp6, ['100'])).toBe(7);
  expect(total(udp, udp6, [])).toBe(0);
  expect(total(HEADING + line('    1', '00000000:0035', 5, 3), '', ['5'], 53)).toBe(3);
});

test('a system that does not tell, or not so, has none', () => {
  expect(total('', '', ['100'])).toBe(0);
  expect(total('heading\n\n  \ngarbage\n1: 2', 'x', ['100'])).toBe(0);
  expect(total(HEADING + line('1', '00000000:18C7', 100, 'many'), '', ['100'])).toBe(0);
  expect(total(`${HEADING}  1: 00000000:18C7 00000000:0000 07 0:0 00:0 0 0 0 100\n`, '', ['100'])).toBe(0);
});

test.skipIf(!existsSync('/proc/net/udp'))('a full socket of our own is seen dropping', async () => {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  receiver.setRecvBufferSize(4_096);
  const {port} = receiver.address();
  const drops = new KernelDrops(port);
  const before = drops.total();
  const sender = createSocket('udp4');
  // Sent in one turn of the event loop, so nothing is read meanwhile.
  const sent = Array.from(
    {length: 64},
    () => new Promise((done) => sender.send(Buffer.alloc(1_400), port, '127.0.0.1', done)),
  );
  await Promise.all(sent);
  expect(before).toBe(0);
  expect(drops.total()).toBeGreaterThanOrEqual(0);
  sender.close();
  receiver.close();
});
