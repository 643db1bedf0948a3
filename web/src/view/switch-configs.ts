/** A switch's configuration, ready to paste. */
export interface SwitchConfig {
  id: string;
  name: string;
  text: string;
  note: string;
}

/** Packets of which one is sampled, for 400 Gbit/s ports: some 120 samples a bin and port at line rate and 4 kB packets. */
const RATE = 10_000;

/**
 * Configurations that make a switch send to this server. Syntax after the makers' manuals: Arista EOS user manual
 * "sFlow", NVIDIA NVUE reference "sFlow" (Cumulus Linux 5.11 and later), SONiC command reference "sFlow", Junos
 * `[edit protocols sflow]`.
 */
export function switchConfigs(address: string, port: number): SwitchConfig[] {
  return [
    {
      id: 'eos',
      name: 'Arista EOS',
      note: 'In configuration mode. Rates below 16,384 need the word “dangerous”. Add “sflow vrf MGMT destination …” where the server is behind a VRF.',
      text: [
        `sflow sample dangerous ${RATE}`,
        'sflow polling-interval 20',
        `sflow destination ${address} ${port}`,
        'sflow source-interface Management1',
        'sflow run',
      ].join('\n'),
    },
    {
      id: 'cumulus',
      name: 'NVIDIA Cumulus Linux',
      note: 'Cumulus Linux 5.11 and later. Set the rate for the speed of your ports. Add “interface eth0” to the collector where it is behind the management port.',
      text: [
        `nv set system sflow collector ${address} port ${port}`,
        `nv set system sflow sampling-rate speed-400g ${RATE}`,
        'nv set system sflow poll-interval 20',
        'nv set system sflow state enabled',
        'nv config apply',
      ].join('\n'),
    },
    {
      id: 'sonic',
      name: 'SONiC',
      note: 'Repeat the sample rate for each port. Add “--vrf mgmt” to the collector where it is behind the management VRF.',
      text: [
        'sudo config feature state sflow enabled',
        `sudo config sflow collector add tenhertz ${address} --port ${port}`,
        'sudo config sflow polling-interval 20',
        'sudo config sflow interface enable all',
        `sudo config sflow interface sample-rate Ethernet0 ${RATE}`,
        'sudo config sflow enable',
      ].join('\n'),
    },
    {
      id: 'junos',
      name: 'Juniper Junos',
      note: 'In configuration mode. One “interfaces” line for each port.',
      text: [
        `set protocols sflow collector ${address} udp-port ${port}`,
        `set protocols sflow sample-rate ingress ${RATE}`,
        'set protocols sflow polling-interval 20',
        'set protocols sflow interfaces et-0/0/0',
        'commit',
      ].join('\n'),
    },
  ];
}
