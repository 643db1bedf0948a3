/** Sums of missing and received are taken over one to two generations of so many looks, a second each. */
const GENERATION_LOOKS = 30;
/** Loss begins at so many missing among so large a share: a datagram now and then is noise. */
const BEGINS_AT = 3;
const BEGINS_SHARE = 0.005;
/** Of one second alone. */
const SUDDEN_SHARE = 0.05;
/** What may still be missing when it has ended. */
const ENDS_SHARE = 0.001;
/** It has ended when at the former pace so many would have gone missing meanwhile, and hardly any did. */
const ENDS_AFTER = 12;
const ENDS_LOOKS = 10;

/** One stretch of loss. */
export interface LossEpisode {
  missing: number;
  expected: number;
  /** Looks since it began, a second each. */
  looks: number;
}

export interface LossChange {
  what: 'began' | 'ended';
  episode: LossEpisode;
}

/**
 * Says when loss begins and ends, from two totals that are read once a second. It begins soon and ends late, so that
 * steady loss of any pace is one stretch and not many. Late arrivals make a total of missing shrink.
 */
export class LossMeter {
  /** The present stretch of loss. */
  episode: LossEpisode | undefined;
  private received: number;
  private missing: number;
  /** This generation's sums and the last one's. */
  private readonly sums = {received: [0, 0] as [number, number], missing: [0, 0] as [number, number]};
  private looks = 0;
  /** Since it might have ended. */
  private readonly quiet = {received: 0, missing: 0, looks: 0};
  /** Share that went missing when it was last seen to. */
  private pace = BEGINS_SHARE;

  constructor(received: number, missing: number) {
    this.received = received;
    this.missing = missing;
  }

  /** Takes the totals. Returns the stretch that has begun or ended with them. */
  look(received: number, missing: number): LossChange | undefined {
    const came = received - this.received;
    const lost = missing - this.missing;
    this.received = received;
    this.missing = missing;
    this.add(came, lost);
    if (this.episode === undefined) return this.begins(came, lost);
    this.episode.looks++;
    this.episode.missing += lost;
    this.episode.expected += came + lost;
    return this.ends(this.episode, came, lost);
  }

  private add(came: number, lost: number): void {
    if (++this.looks % GENERATION_LOOKS === 0) {
      for (const sums of [this.sums.received, this.sums.missing]) {
        sums[1] = sums[0];
        sums[0] = 0;
      }
    }
    this.sums.received[0] += came;
    this.sums.missing[0] += lost;
  }

  private begins(came: number, lost: number): LossChange | undefined {
    const missing = this.sums.missing[0] + this.sums.missing[1];
    const expected = missing + this.sums.received[0] + this.sums.received[1];
    const isSudden = lost >= BEGINS_AT && lost >= SUDDEN_SHARE * (came + lost);
    const isSteady = missing >= BEGINS_AT && missing >= BEGINS_SHARE * expected;
    if (!isSudden && !isSteady) return undefined;
    this.episode = isSudden ? {missing: lost, expected: came + lost, looks: 1} : {missing, expected, looks: 1};
    this.keepsOn(this.episode);
    // What is told must not change afterwards.
    return {what: 'began', episode: {...this.episode}};
  }

  private ends(episode: LossEpisode, came: number, lost: number): LossChange | undefined {
    const {quiet} = this;
    quiet.received += came;
    quiet.missing += lost;
    quiet.looks++;
    if (quiet.missing > ENDS_SHARE * (quiet.received + quiet.missing)) {
      this.keepsOn(episode);
      return undefined;
    }
    if (quiet.looks < ENDS_LOOKS || quiet.received * this.pace < ENDS_AFTER) return undefined;
    this.sums.received.fill(0);
    this.sums.missing.fill(0);
    this.episode = undefined;
    return {what: 'ended', episode};
  }

  /** There was loss just now: the waiting for its end begins anew. The slower pace of lately and of all waits longer. */
  private keepsOn(episode: LossEpisode): void {
    const missing = this.sums.missing[0] + this.sums.missing[1];
    const expected = missing + this.sums.received[0] + this.sums.received[1];
    const pace = Math.min(missing / Math.max(1, expected), episode.missing / Math.max(1, episode.expected));
    this.pace = Math.max(BEGINS_SHARE, pace);
    this.quiet.received = 0;
    this.quiet.missing = 0;
    this.quiet.looks = 0;
  }
}
