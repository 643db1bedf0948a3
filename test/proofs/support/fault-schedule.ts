/** What happens to a server and its agents in some seconds, all of it drawn from one seed. */
import {Random} from '../../../src/simulator/random.ts';

export interface PortPlan {
  ifIndex: number;
  rate: number;
  /** Frames a millisecond, and their length. */
  framesPerMs: number;
  length: number;
  /** First and last moment with traffic, ms since the start. */
  fromMs: number;
  toMs: number;
}

export interface AgentPlan {
  address: string;
  /** How often it sends, ms: never so seldom that its samples would be spread. */
  flushMs: number;
  ports: PortPlan[];
  restart: {atMs: number; downMs: number} | undefined;
  rateChange: {atMs: number; ifIndex: number; rate: number} | undefined;
}

/** From `atMs` for `ms`. */
export interface Stretch {
  atMs: number;
  ms: number;
}

export interface FaultSchedule {
  seed: number;
  receiver: 'native' | 'dgram';
  durationMs: number;
  agents: AgentPlan[];
  /** Shares of the datagrams. */
  drop: number;
  duplicate: number;
  delay: number;
  garbage: number;
  /** Longest delay of a datagram or of a copy, ms. */
  delayMs: number;
  /** While these last, most datagrams are dropped: on the way, or by the kernel. */
  bursts: (Stretch & {share: number; byKernel: boolean})[];
  clockSteps: {atMs: number; byMs: number}[];
  ingestStalls: Stretch[];
  mainStalls: Stretch[];
  /** Share of the Partials that are delivered again. */
  redeliver: number;
}

const RATES = [500, 1_000, 2_000, 5_000];
const LENGTHS = [82, 1_088, 4_178, 9_018];

export function drawSchedule(seed: number): FaultSchedule {
  const random = new Random(seed, 1);
  const uniform = (from: number, to: number) => from + (to - from) * random.uniform();
  const whole = (from: number, to: number) => from + random.below(to - from + 1);
  const oneOf = <T>(values: readonly T[]): T => values[random.below(values.length)]!;
  const chance = (p: number) => random.uniform() < p;
  const durationMs = whole(60, 100) * 100;
  const sometime = () => whole(1_000, durationMs - 1_500);
  const list = <T>(most: number, make: () => T): T[] => Array.from({length: whole(0, most)}, make);
  const share = (most: number) => (chance(0.5) ? uniform(0, most) : 0);

  const port = (ifIndex: number): PortPlan => {
    const rate = oneOf(RATES);
    const fromMs = chance(0.3) ? sometime() : 0;
    const toMs = chance(0.3) ? whole(fromMs + 500, durationMs) : durationMs;
    // 1 to 20 samples a bin: a datagram that comes twice does so among the last 64, which are remembered.
    return {ifIndex, rate, framesPerMs: (rate * uniform(1, 20)) / 100, length: oneOf(LENGTHS), fromMs, toMs};
  };
  const agent = (i: number): AgentPlan => {
    const ports = Array.from({length: whole(1, 4)}, (_, at) => port(at + 1));
    const changed = oneOf(ports);
    return {
      address: `10.9.0.${i + 1}`,
      flushMs: whole(10, 50),
      ports,
      restart: chance(0.3) ? {atMs: sometime(), downMs: whole(500, 3_000)} : undefined,
      rateChange: chance(0.3) ? {atMs: sometime(), ifIndex: changed.ifIndex, rate: oneOf(RATES)} : undefined,
    };
  };
  const stretch = (longest: number) => (): Stretch => ({atMs: sometime(), ms: whole(50, longest)});
  return {
    seed,
    receiver: chance(0.5) ? 'native' : 'dgram',
    durationMs,
    agents: Array.from({length: whole(1, 3)}, (_, i) => agent(i)),
    drop: share(0.2),
    duplicate: share(0.2),
    delay: share(0.1),
    garbage: share(0.05),
    delayMs: whole(5, 250),
    bursts: list(2, () => ({...stretch(500)(), share: uniform(0.3, 1), byKernel: chance(0.5)})),
    clockSteps: list(2, () => ({atMs: sometime(), byMs: oneOf([-1, 1]) * oneOf([200, 1_500, 5_000, 25_000])})),
    ingestStalls: list(2, stretch(900)),
    mainStalls: list(2, stretch(2_500)),
    redeliver: share(0.3),
  };
}
