/** Looks, 2 s apart, that see nothing before a thing is over; and those that cannot tell. */
const CALM_LOOKS = 3;
const BLIND_LOOKS = 15;

/** What a look saw: the fault, that all is well, or too little to say either. */
export type Sight = 'fault' | 'calm' | 'blind';

/**
 * When something that looks see again and again has begun and ended. Two looks whose windows share nothing must see it,
 * with no end in between: what one in a million looks sees by chance, one in a million millions does.
 */
export class Episode {
  /** Whether it has begun. */
  isOpen = false;
  private firstSeen = Number.NaN;
  private calm = 0;
  private blind = 0;
  private readonly windowBlocks: number;

  /** `windowBlocks`: how far a look reaches back, in blocks. */
  constructor(windowBlocks: number) {
    this.windowBlocks = windowBlocks;
  }

  /** Whether there is nothing to remember. */
  get isIdle(): boolean {
    return !this.isOpen && Number.isNaN(this.firstSeen);
  }

  /** Takes what the look at block `number` saw. Says what has changed by it. */
  look(sight: Sight, number: number): 'began' | 'ended' | undefined {
    if (sight === 'fault') {
      this.calm = 0;
      this.blind = 0;
      if (Number.isNaN(this.firstSeen)) this.firstSeen = number;
      if (this.isOpen || number - this.firstSeen < this.windowBlocks) return undefined;
      this.isOpen = true;
      return 'began';
    }
    if (this.isIdle) return undefined;
    if (sight === 'calm') this.calm++;
    else this.blind++;
    if (this.calm < CALM_LOOKS && this.blind < BLIND_LOOKS) return undefined;
    const wasOpen = this.isOpen;
    this.isOpen = false;
    this.firstSeen = Number.NaN;
    this.calm = 0;
    this.blind = 0;
    return wasOpen ? 'ended' : undefined;
  }
}
