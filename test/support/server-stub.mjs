/** Speaks just enough of the server's interface for server.test.ts: its flags, /readyz after a while, and SIGTERM. */
import {createServer} from 'node:http';

const port = Number(process.argv.find((word) => word.startsWith('--http-port='))?.split('=')[1]);
if (process.env.STUB === 'dies') {
  console.error('error: made to fail');
  process.exit(2);
}
if (process.env.STUB === 'stubborn') process.on('SIGTERM', () => {});

const readyAt = Date.now() + 300;
createServer((request, response) => {
  response.statusCode = request.url === '/readyz' && Date.now() >= readyAt ? 200 : 503;
  response.end(JSON.stringify({args: process.argv.slice(2), leaked: process.env.TENHERTZ_SKIP_TOOLS ?? null}));
}).listen(port, '127.0.0.1', () => console.log('stub listens'));
