/** What was sent to the main thread and has not been taken there, in the order in which it is. */
export class Untaken {
  /** Bytes of them together. */
  bytes = 0;
  private readonly sizes: number[] = [];

  get count(): number {
    return this.sizes.length;
  }

  /** One more of so many bytes is on its way. */
  add(bytes: number): void {
    this.sizes.push(bytes);
    this.bytes += bytes;
  }

  /** The first of them was taken. */
  take(): void {
    this.bytes -= this.sizes.shift() ?? 0;
  }
}
