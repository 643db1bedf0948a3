// A receiver alone: datagrams are taken and not looked at.
//   bare.mjs PORT native|dgram
import {loadAddon} from '../../dist/collector/native/addon.js';
import {NativeCollector} from '../../dist/collector/native/collector.js';
import {UdpCollector} from '../../dist/collector/udp.js';

const [port, receiver] = process.argv.slice(2);
const options = {port: Number(port), host: '127.0.0.1'};
const landing = new Uint8Array(65_536);
let received = 0;
if (receiver === 'native') {
  const native = new NativeCollector(options, loadAddon());
  await native.start();
  setInterval(() => {
    received += native.ring.drain(() => {});
  }, 5);
} else {
  const plain = new UdpCollector(options, (bytes) => {
    landing.set(bytes);
    received++;
  });
  await plain.start();
}
process.on('SIGTERM', () => {
  console.log(JSON.stringify({received}));
  process.exit(0);
});
