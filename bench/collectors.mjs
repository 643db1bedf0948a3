// What a user would pick instead, where it is installed: nfdump's sfcapd and pmacct's sfacctd, fed the same datagrams.
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** As large as tenhertz asks for. */
const BUFFER_BYTES = 16 * 1024 * 1024;
const SFCAPD = '/usr/bin/sfcapd';
const SFACCTD = '/usr/sbin/sfacctd';

/** By name, what starts each on a port; `run` starts a program on a core. One that is missing is left out, and said. */
export function collectors(folder, run) {
  const found = {};
  if (existsSync(SFCAPD)) found.sfcapd = (port) => startSfcapd(folder, run, port);
  else console.log('sfcapd is not installed (Debian: nfdump-sflow): left out');
  if (existsSync(SFACCTD)) found.sfacctd = (port) => startSfacctd(folder, run, port);
  else console.log('sfacctd is not installed (Debian: pmacct): left out');
  return found;
}

function startSfcapd(folder, run, port) {
  const flows = join(folder, `sfcapd-${port}`);
  mkdirSync(flows);
  return run(1, SFCAPD, '-p', port, '-b', '127.0.0.1', '-w', flows, '-B', BUFFER_BYTES, '-t', 60);
}

/** Its smallest useful work: bytes and packets by pair of hosts and ports, in memory. */
function startSfacctd(folder, run, port) {
  const config = join(folder, `sfacctd-${port}.conf`);
  const lines = [
    'daemonize: false',
    'sfacctd_ip: 127.0.0.1',
    `sfacctd_port: ${port}`,
    `sfacctd_pipe_size: ${BUFFER_BYTES}`,
    'plugins: memory',
    'aggregate: src_host,dst_host,in_iface,out_iface',
    `imt_path: ${join(folder, `sfacctd-${port}.pipe`)}`,
    'plugin_buffer_size: 102400',
    'plugin_pipe_size: 102400000',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return run(1, SFACCTD, '-f', config);
}
