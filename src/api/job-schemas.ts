import {Type} from 'typebox';
import {LEAST_WINDOW_SECONDS, MOST_WINDOW_SECONDS, WINDOW_SECONDS} from '../analysis/jobs/pair-history.ts';
import {PATTERN_KINDS} from '../analysis/jobs/pattern.ts';
import {FinalBefore, Nullable, PeriodSchema} from './schemas.ts';

const text = (description: string) => Type.String({description});
const number = (description: string) => Type.Number({description});

const HostSchema = Type.Object({
  address: Type.String(),
  name: Nullable(text('what the host is called; null where nobody has said')),
  link: Nullable(text('id of the edge link that its traffic comes in by; null where that is not known')),
});

const PatternSchema = Type.Object({
  kind: Type.Unsafe<(typeof PATTERN_KINDS)[number]>(
    Type.String({enum: PATTERN_KINDS, description: 'unknown unless it is sure; mixed: one within another'}),
  ),
  confidence: number('0..1: share of the traffic or of the hosts that fits it; 0 for unknown'),
  degree: Nullable(number('hosts that a host sends to, as if in equal shares; null where too little is known')),
  why: text('what it is told by'),
});

export const JobSchema = Type.Object(
  {
    id: text('kept as long as half of its hosts stay'),
    name: Nullable(text('as it was named by PUT; null where it was not')),
    since: number('epoch ms: when it was seen first'),
    until: Nullable(number('epoch ms: when it sent last; null while it does')),
    probable: Type.Boolean({description: 'its groups never talk to each other, but keep the same phase'}),
    why: text('why these hosts are taken for one job'),
    hosts: Type.Array(HostSchema),
    links: Type.Array(Type.String(), {description: 'ids of the edge links that its hosts send by'}),
    roce: Type.Object({
      bitsPerSecond: number('what its hosts send each other, each packet once, bit/s'),
      low: number('95 % interval'),
      high: number('95 % interval'),
      samples: number('samples that it rests on'),
    }),
    entering: Nullable(
      Type.Object(
        {
          bitsPerSecond: number('of any kind, bit/s'),
          low: number('95 % interval'),
          high: number('95 % interval'),
          roceBitsPerSecond: number('RoCEv2 of that'),
          roceLow: number('95 % interval'),
          roceHigh: number('95 % interval'),
        },
        {
          description:
            'all that comes in at its links over the last 10 s, to whomever its hosts send: also what other jobs on them do; null where no link is known',
        },
      ),
    ),
    period: Nullable(PeriodSchema),
    steps: Nullable(
      Type.Object(
        {
          count: number('steps since the job is followed'),
          mean: number('of the last steps, ms'),
          p50: number('the same'),
          p99: number('the same'),
        },
        {description: 'its cycles one by one; null while they cannot be followed; see jobs/{id}/steps'},
      ),
    ),
    stragglers: number('hosts that hold it up; see stragglers'),
    congestion: Type.Object({
      ceShare: number(
        'share of its RoCEv2 frames that are marked CE where they leave the fabric at edge links, 0..1; where that is not seen, where they have come farthest. Switches mark what they send: without the marks of the last one where only what comes in is sampled',
      ),
      ceShareLow: number('95 % interval, of the samples there'),
      ceShareHigh: number('95 % interval'),
      cnpPerSecond: number('congestion notifications between its hosts a second'),
      cnpLow: Nullable(number('95 % interval, a second; null without samples')),
      cnpHigh: Nullable(number('95 % interval, a second')),
      cnpShare: number('the same as a share of its frames, 0..1'),
      cnpShareLow: number('95 % interval'),
      cnpShareHigh: number('95 % interval'),
    }),
    pattern: Nullable(PatternSchema),
    overlaps: Type.Array(Type.String(), {description: 'ids of jobs that it shares hosts with'}),
    mixedPeriods: Type.Array(Type.Number(), {
      description:
        'ms: periods that do not go together, where several jobs overlap on these hosts and no queue pair tells them apart; else empty',
    }),
  },
  {title: 'Job'},
);

export const JobsAnswer = Type.Object({
  finalBefore: FinalBefore,
  time: Nullable(number('epoch ms: the end of what was looked at; null before the first look')),
  window: Nullable(number('seconds that it was looked at')),
  jobs: Type.Array(JobSchema, {
    description: 'most traffic first, at most 64 that run; then those that ended within a minute',
  }),
  services: Type.Array(
    Type.Object({
      address: Type.String(),
      name: Nullable(Type.String()),
      partners: number('hosts that it talks to'),
      bitsPerSecond: number('what it sends and receives'),
    }),
    {description: 'hosts that serve many who have nothing to do with each other, storage for example; at most 64'},
  ),
  small: Type.Array(
    Type.Object({hosts: Type.Array(Type.String(), {description: 'addresses'}), bitsPerSecond: Type.Number()}),
    {description: 'two or three hosts that talk to each other alone; at most 64'},
  ),
});

export const JobAnswer = Type.Object({
  finalBefore: FinalBefore,
  ...JobSchema.properties,
  byNumbers: Nullable(
    Type.Object(
      {
        packetsPerSecond: number(
          'new packets of SENDs and WRITEs that its hosts sent each other, those sent again left out',
        ),
        low: number('95 % interval'),
        high: number('95 % interval'),
        share: number('of its samples that are of queue pairs whose numbers tell, 0..1'),
        retransmissions: number('how often one of them was seen to go back'),
      },
      {description: 'what the packets’ own numbers count, over about 5 s; null where none tells'},
    ),
  ),
});
export const JobParams = Type.Object({id: text('id of a job')});

const MATRIX_BY = ['host', 'switch', 'rail'] as const;
export type MatrixBy = (typeof MATRIX_BY)[number];
/** Rows that are told at most. */
export const MOST_ROWS = 256;

export const MatrixQuery = Type.Object({
  by: Type.Optional(
    Type.Unsafe<MatrixBy>(
      Type.String({
        enum: MATRIX_BY,
        default: 'host',
        description:
          'host; switch that the host is plugged into; rail: the hosts of a job that talk to each other, all of them where it has no rails',
      }),
    ),
  ),
  window: Type.Optional(
    Type.String({
      default: `${WINDOW_SECONDS}s`,
      description: `what the rates are taken over: ${LEAST_WINDOW_SECONDS}s to ${MOST_WINDOW_SECONDS}s, in steps of ${LEAST_WINDOW_SECONDS}s`,
    }),
  ),
  top: Type.Optional(
    Type.Integer({minimum: 1, maximum: MOST_ROWS, default: 64, description: 'rows and columns, most traffic first'}),
  ),
});

const cells = (description: string) => Type.Array(Type.Array(Type.Number()), {description});

export const MatrixAnswer = Type.Object({
  finalBefore: FinalBefore,
  time: Nullable(number('epoch ms: the end of the window; null before there is one')),
  window: Nullable(
    number('seconds that the rates are taken over: as many as were asked for, as far as they are known'),
  ),
  by: Type.Unsafe<MatrixBy>(Type.String({enum: MATRIX_BY})),
  rows: Type.Array(Type.String(), {description: 'who sends'}),
  columns: Type.Array(Type.String(), {description: 'who receives'}),
  bitsPerSecond: cells('by row and column, bit/s, each packet once'),
  low: cells('95 % interval'),
  high: cells(
    '95 % interval; where there was no sample, what may have passed without one, by what samples of the row stand for',
  ),
  restBitsPerSecond: number('what passes between all others'),
  restLow: Nullable(number('95 % interval; null before there is a window')),
  restHigh: Nullable(number('95 % interval')),
});
