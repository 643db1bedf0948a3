import {HeaderProtocol} from '../numbers.ts';
import {Description, type Forms, type LayerObject} from './bit-fields.ts';
import {describeLrh} from './infiniband.ts';
import {describeEthernet, describeMpls, describePpp} from './link.ts';
import {describeIpv4, describeIpv6} from './network.ts';

/**
 * Every layer of a sampled header that stands in [start, end) of the data, with every field, from the outside in:
 * for people who look at one packet. Follows the same way as `decodeHeader`. A layer that the header ended in has
 * the fields that fit and `clipped`. Of header protocols that are not decoded there are no layers.
 */
export function describeHeader(
  data: DataView,
  headerProtocol: number,
  start: number,
  end: number,
  forms: Forms,
): LayerObject[] {
  const to = new Description(data, start, end, forms);
  switch (headerProtocol) {
    case HeaderProtocol.Ethernet:
      describeEthernet(to);
      break;
    case HeaderProtocol.Ipv4:
      describeIpv4(to);
      break;
    case HeaderProtocol.Ipv6:
      describeIpv6(to);
      break;
    case HeaderProtocol.Mpls:
      describeMpls(to);
      break;
    case HeaderProtocol.Ppp:
    case HeaderProtocol.Pos:
      describePpp(to);
      break;
    case HeaderProtocol.InfiniBand:
      describeLrh(to);
      break;
  }
  return to.layers;
}
