import {classifyMacControl, MacControl} from '../classify/mac-control.ts';
import {classifyRoce, classifyRoceV1, ROCE_CLASS_NAMES, RoceClass, startsOperation} from '../classify/roce.ts';
import {trimmedBytes} from '../classify/trimmed.ts';
import {classifyUet, UET_CLASS_NAMES, UetClass} from '../classify/uet.ts';
import type {Forms} from '../packet/describe/bit-fields.ts';
import {describeHeader} from '../packet/describe/header.ts';
import {decodeHeader} from '../packet/header.ts';
import {HeaderProtocol, TUNNEL_KIND_NAMES} from '../packet/numbers.ts';
import {Layer, PacketView} from '../packet/view.ts';
import {
  describeCounterSample,
  describeDatagram,
  describeDiscard,
  describeFlowSample,
  describeOtherSample,
  type SampleObject,
} from '../sflow/describe.ts';
import type {Value} from '../sflow/records/values.ts';
import {formatAddress, formatHex, formatIpv4, formatIpv6, formatMac} from '../sflow/text.ts';
import type {CounterSampleView, DatagramView, DiscardView, FlowSampleView} from '../sflow/views.ts';
import type {Printer} from './decode.ts';

const forms: Forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};

/** One JSON object a sample and a line: the datagram, the sample's own fields, its records, its packet. */
export class JsonPrinter implements Printer {
  private text = '';
  private time = '';
  private source = '';
  private data: DataView = new DataView(new ArrayBuffer(0));
  private datagramObject: SampleObject = {};
  private readonly packet = new PacketView();

  start(timeMs: number, [a, b, c, d]: readonly number[]): void {
    const microseconds = Math.round(timeMs * 1_000);
    const fraction = String(microseconds % 1_000).padStart(3, '0');
    this.time = new Date(Math.floor(microseconds / 1_000)).toISOString().replace('Z', `${fraction}Z`);
    this.source = formatAddress(a!, b!, c!, d!);
  }

  take(): string {
    const text = this.text;
    this.text = '';
    return text;
  }

  datagram(datagram: DatagramView): boolean {
    this.data = datagram.data;
    this.datagramObject = describeDatagram(datagram);
    return true;
  }

  flowSample(sample: FlowSampleView): void {
    this.print(describeFlowSample(this.data, sample, this.headerOf(sample)));
  }

  counterSample(sample: CounterSampleView): void {
    this.print(describeCounterSample(this.data, sample));
  }

  discardedPacket(discard: DiscardView): void {
    this.print(describeDiscard(this.data, discard, this.headerOf(discard.packet)));
  }

  otherSample(dataFormat: number, offset: number, length: number): void {
    this.print(describeOtherSample(this.data, dataFormat, offset, offset + length));
  }

  private print(sample: SampleObject): void {
    const object = {time: this.time, source: this.source, datagram: this.datagramObject, ...sample};
    this.text += `${JSON.stringify(object)}\n`;
  }

  private headerOf(sample: FlowSampleView) {
    return (data: DataView, protocol: number, start: number, end: number): Value => {
      // Agents that leave the protocol at 0 sample Ethernet.
      const headerProtocol = protocol === 0 ? HeaderProtocol.Ethernet : protocol;
      const layers = describeHeader(data, headerProtocol, start, end, forms) as unknown as Value[];
      return {layers, ...this.classes(data, headerProtocol, start, end, sample.frameLength)};
    };
  }

  /** What the hot path makes of the same header. */
  private classes(
    data: DataView,
    headerProtocol: number,
    start: number,
    end: number,
    frameLength: number,
  ): {[name: string]: Value} {
    const {packet} = this;
    const result: {[name: string]: Value} = {};
    decodeHeader(packet, data, headerProtocol, start, end);
    if ((packet.layers & Layer.Tunnel) !== 0) {
      result['tunnels'] = packet.tunnels;
      result['innermost_tunnel'] = TUNNEL_KIND_NAMES[packet.tunnelKind]!;
    }
    const v2 = classifyRoce(packet, data, end);
    const roce = v2 === RoceClass.None ? classifyRoceV1(packet, data, end) : v2;
    if (roce !== RoceClass.None) {
      result['roce_version'] = v2 === RoceClass.None ? 1 : 2;
      result['roce_class'] = ROCE_CLASS_NAMES[roce]!;
      result['starts_operation'] = startsOperation(packet) ? 1 : 0;
    }
    const uet = classifyUet(packet, data, end);
    if (uet !== UetClass.None) result['uet_class'] = UET_CLASS_NAMES[uet]!;
    const control = classifyMacControl(packet, data, end);
    if (control === MacControl.Pause) result['mac_control'] = 'pause';
    else if (control === MacControl.PriorityPause) result['mac_control'] = 'pfc';
    const trimmed = trimmedBytes(packet, data, start, frameLength);
    if (trimmed > 0) result['trimmed_bytes'] = trimmed;
    return result;
  }
}
