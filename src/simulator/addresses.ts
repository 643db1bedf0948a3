/**
 * Who sends and receives, as numbers: nodes from 0; from each of these bases on switches (their CPU), multicast groups
 * and hosts that are nowhere in the fabric.
 */
export const AddressBase = {Switch: 2 ** 20, Group: 2 ** 21, Elsewhere: 2 ** 22} as const;

/** Prefixes of the IPv4 addresses: RFC 1918 for nodes and switches, administratively scoped groups, RFC 2544. */
const Ipv4Prefix = {Node: 0xac100000, Switch: 0x0aff0000, Group: 0xefff0000, Elsewhere: 0xc6120000} as const;
/** First words of the IPv6 addresses: unique local for nodes and switches, groups of the site, documentation. */
const Ipv6Prefix = {Node: 0xfd000010, Switch: 0xfd0000ff, Group: 0xff150000, Elsewhere: 0x20010db8} as const;
type Kind = keyof typeof Ipv4Prefix;

function kindOf(who: number): Kind {
  if (who < AddressBase.Switch) return 'Node';
  if (who < AddressBase.Group) return 'Switch';
  return who < AddressBase.Elsewhere ? 'Group' : 'Elsewhere';
}

/** Number among those of its kind. */
function indexOf(who: number): number {
  return who & (AddressBase.Switch - 1);
}

/** 172.16.0.1 onwards for nodes; never .0 or .255 in the last byte. */
export function ipv4Of(who: number): number {
  const index = indexOf(who);
  return Ipv4Prefix[kindOf(who)] + (Math.floor(index / 254) << 8) + (index % 254) + 1;
}

/** fd00:10::1 onwards for nodes. */
export function writeIpv6Address(view: DataView, at: number, who: number): void {
  view.setUint32(at, Ipv6Prefix[kindOf(who)]);
  view.setUint32(at + 4, 0);
  view.setUint32(at + 8, 0);
  view.setUint32(at + 12, indexOf(who) + 1);
}

/** The lower 32 bits of a MAC address; a switch shows an S in them. */
export function macOf(who: number): number {
  return (kindOf(who) === 'Switch' ? 0x53000000 : 0) + indexOf(who) + 1;
}

/** A locally administered MAC address (bit 1 of its first byte). */
export function writeMac(view: DataView, at: number, low: number): void {
  view.setUint16(at, 0x0200);
  view.setUint32(at + 2, low);
}

/** The MAC address of a receiver; of a multicast group it follows from the group (RFC 1112, RFC 2464). */
export function writeReceiverMac(view: DataView, at: number, who: number, isIpv6: boolean): void {
  writeMac(view, at, macOf(who));
  if (kindOf(who) !== 'Group') return;
  if (isIpv6) {
    view.setUint16(at, 0x3333);
    view.setUint32(at + 2, indexOf(who) + 1);
  } else {
    view.setUint16(at, 0x0100);
    view.setUint32(at + 2, (0x5e000000 | (ipv4Of(who) & 0x7fffff)) >>> 0);
  }
}
