// The baseline of the server's CPU: a Node process that receives the same datagrams and looks at none of them.
import {createSocket} from 'node:dgram';

const socket = createSocket({type: 'udp4', recvBufferSize: 16 * 1024 * 1024});
let datagrams = 0;
socket.on('message', () => {
  datagrams++;
});
socket.bind(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(datagrams > 0 ? 0 : 1));
