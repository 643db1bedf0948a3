// Hot path: no allocation, no closure, no exception, no read outside the header.
import {EtherType} from '../packet/numbers.ts';
import {Layer, type PacketView} from '../packet/view.ts';

/** MAC control frames (IEEE 802.3, annex 31). Switches consume them below the sampler, so samples of them are rare. */
export const MacControl = {None: 0, Pause: 1, PriorityPause: 2, Other: 3} as const;

export type MacControl = (typeof MacControl)[keyof typeof MacControl];

/** Opcodes of IEEE 802.3, annex 31A: PAUSE, and priority-based flow control (IEEE 802.1Q, 36). */
const PAUSE = 0x0001;
const PRIORITY_PAUSE = 0x0101;

/** Whether a frame stops a sender, and how. */
export function classifyMacControl(packet: PacketView, data: DataView, end: number): MacControl {
  if ((packet.layers & Layer.Ethernet) === 0 || packet.etherType !== EtherType.MacControl) return MacControl.None;
  if (end - packet.payloadOffset < 2) return MacControl.Other;
  const opcode = data.getUint16(packet.payloadOffset);
  if (opcode === PAUSE) return MacControl.Pause;
  return opcode === PRIORITY_PAUSE ? MacControl.PriorityPause : MacControl.Other;
}
