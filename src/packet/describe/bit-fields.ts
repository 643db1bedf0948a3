/**
 * The language of the descriptions: a header is a list of bit fields in the order of the wire. For people who look
 * at one packet (`decode`); the hot path reads the few fields it wants by itself.
 */

/** How a field is shown; a plain number, unless said otherwise. */
export type Form = 'number' | 'mac' | 'ip4' | 'ip6' | 'hex' | 'signed' | 'skip';

/** Name, width in bits, form. The widths of a header add up to its length. */
export type BitField = readonly [name: string, bits: number, form?: Form];

/** What JSON can hold of a layer. */
export type LayerValue = number | string | boolean | LayerValue[] | {[name: string]: LayerValue};

/** One layer of a packet, with every field that was there. */
export interface LayerObject {
  layer: string;
  [name: string]: LayerValue;
}

/** Addresses and bytes as people write them; who describes a packet brings the forms. */
export interface Forms {
  mac(data: DataView, at: number): string;
  ipv4(address: number): string;
  ipv6(a: number, b: number, c: number, d: number): string;
  hex(data: DataView, start: number, end: number): string;
}

/** A sampled header while it is described: where reading stands, and the layers so far. */
export class Description {
  readonly data: DataView;
  readonly forms: Forms;
  readonly layers: LayerObject[] = [];
  at: number;
  /** End of what is there; drawn in by lengths on the way. */
  end: number;
  /** Where the IP packet that is being described ended on the wire, past `end` where the header is cut. */
  wireEnd: number;
  tunnels = 0;

  constructor(data: DataView, start: number, end: number, forms: Forms) {
    this.data = data;
    this.at = start;
    this.end = end;
    this.wireEnd = end;
    this.forms = forms;
  }

  /** Adds a layer of the given fields and moves behind it. Answers false where the header ended inside it. */
  add(layer: string, fields: readonly BitField[]): boolean {
    const object: LayerObject = {layer};
    this.layers.push(object);
    return this.read(object, fields);
  }

  /** Reads more fields into the last layer. */
  extend(fields: readonly BitField[]): boolean {
    return this.read(this.last, fields);
  }

  get last(): LayerObject {
    return this.layers[this.layers.length - 1]!;
  }

  /** A field of the last layer that is known to be there, as a number. */
  number(name: string): number {
    return Number(this.last[name]);
  }

  /** Bytes that are left. */
  get left(): number {
    return this.end - this.at;
  }

  /** Moves over bytes of options; false, with the mark of a cut, where they are not all there. */
  skip(bytes: number): boolean {
    if (bytes > this.left) {
      this.last['clipped'] = true;
      this.at = this.end;
      return false;
    }
    this.at += bytes;
    return true;
  }

  private read(into: LayerObject, fields: readonly BitField[]): boolean {
    let bit = this.at * 8;
    for (const [name, bits, form] of fields) {
      if (bit + bits > this.end * 8) {
        into['clipped'] = true;
        this.at = this.end;
        return false;
      }
      if (form !== 'skip') into[name] = this.value(bit, bits, form ?? 'number');
      bit += bits;
    }
    this.at = bit / 8;
    return true;
  }

  private value(bit: number, bits: number, form: Form): LayerValue {
    const {data} = this;
    const at = bit >>> 3;
    switch (form) {
      case 'mac':
        return this.forms.mac(data, at);
      case 'ip4':
        return this.forms.ipv4(data.getUint32(at));
      case 'ip6':
        return this.forms.ipv6(
          data.getUint32(at),
          data.getUint32(at + 4),
          data.getUint32(at + 8),
          data.getUint32(at + 12),
        );
      case 'hex':
        return `0x${this.forms.hex(data, at, at + bits / 8)}`;
      case 'signed':
        return Number(BigInt.asIntN(bits, this.bits(bit, bits)));
      default: {
        const value = this.bits(bit, bits);
        return value > BigInt(Number.MAX_SAFE_INTEGER) ? value.toString() : Number(value);
      }
    }
  }

  private bits(bit: number, bits: number): bigint {
    const end = bit + bits;
    let value = 0n;
    for (let at = bit >>> 3; at < Math.ceil(end / 8); at++) value = (value << 8n) | BigInt(this.data.getUint8(at));
    return BigInt.asUintN(bits, value >> BigInt(-end & 7));
  }
}
