/** Sets that only ever grow together (union-find). */
export class Union {
  private readonly parent: Int32Array;
  /** Members of the set, by its root. */
  readonly size: Int32Array;

  constructor(members: number) {
    this.parent = Int32Array.from({length: members}, (_, member) => member);
    this.size = new Int32Array(members).fill(1);
  }

  /** The member that stands for the set. */
  root(member: number): number {
    const {parent} = this;
    while (parent[member] !== member) {
      parent[member] = parent[parent[member]];
      member = parent[member];
    }
    return member;
  }

  join(a: number, b: number): void {
    let large = this.root(a);
    let small = this.root(b);
    if (large === small) return;
    if (this.size[small] > this.size[large]) [large, small] = [small, large];
    this.parent[small] = large;
    this.size[large] += this.size[small];
  }
}
