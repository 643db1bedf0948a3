import {type TSchema, Type} from 'typebox';

/** Shapes that several routes answer with. They validate, serialise and document at once. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const number = (description: string) => Nullable(Type.Number({description}));

export const EstimateSchema = Type.Object(
  {
    bitsPerSecond: number('estimate, bit/s with FCS and without preamble; null where there is no data'),
    low: number('lower end of the 95 % interval, bit/s'),
    high: number('upper end of the 95 % interval, bit/s'),
    framesPerSecond: number('estimated frames a second'),
    framesLow: number('lower end of its 95 % interval'),
    framesHigh: number('upper end of its 95 % interval'),
    samples: number('samples that the estimate rests on'),
  },
  {title: 'Estimate', description: 'A mean over the window, from random samples.'},
);

export const FinalBefore = Type.Number({description: 'epoch ms: bins before it will not change'});

const MeasureSchema = Type.Union([Type.Literal('roce'), Type.Literal('all')], {
  default: 'roce',
  description: 'RoCEv2 frames only, or all frames',
});

export const DirectionSchema = Type.Union([Type.Literal('in'), Type.Literal('out')], {
  default: 'in',
  description: 'received or sent by the port',
});

const column = (description: string) => Type.Array(Nullable(Type.Number()), {description});

export const SeriesSchema = Type.Object(
  {
    finalBefore: FinalBefore,
    start: Type.Number({description: 'epoch ms of the first step'}),
    step: Type.Number({description: 'ms; entry i is for the time from start + i * step'}),
    unit: Type.String(),
    values: column(
      'mean of the step; null where the agent was absent. Bins reach back up to 5 minutes; behind that steps of whole seconds do up to an hour, of tens of seconds up to a day',
    ),
    low: column('lower end of the 95 % interval'),
    high: column('upper end of the 95 % interval'),
    samples: column('samples in the step'),
    unconfirmed: Type.Array(Type.Number(), {description: '1 where the agent has not been heard since'}),
    min: Type.Optional(column('lowest bin of the step, with steps of more than 100 ms')),
    max: Type.Optional(column('highest bin of the step')),
  },
  {title: 'Series'},
);

export const ProblemSchema = Type.Object(
  {type: Type.String(), title: Type.String(), status: Type.Number(), detail: Type.String()},
  {title: 'Problem', description: 'RFC 9457'},
);

/** Longer steps than this say nothing. */
const YEAR_MS = 31_536_000_000;

export const SeriesQuery = Type.Object({
  measure: Type.Optional(MeasureSchema),
  from: Type.Optional(Type.String({description: 'epoch ms, or relative to now as -60s; default -60s'})),
  to: Type.Optional(Type.String({description: 'epoch ms, exclusive, or relative; default now'})),
  step: Type.Optional(
    Type.Integer({minimum: 100, maximum: YEAR_MS, multipleOf: 100, default: 100, description: 'ms, a multiple of 100'}),
  ),
});

/** A cycle of compute and exchange. */
export const PeriodSchema = Type.Object(
  {
    periodMs: Type.Number({description: 'mean length of a cycle, ms'}),
    confidence: Type.Number({
      description: '0..1: how little it is owed to chance, times the share of looks that saw it',
    }),
    score: Type.Number({description: 'how far the lines of its spectrum stand above chance; shown from 26'}),
    jitter: Type.Number({description: "standard deviation of a cycle's length, as a share of it"}),
    duty: Type.Number({description: 'share of the cycle that is exchange, 0..1'}),
    sharpness: Type.Number({description: '1 when all traffic comes at one instant of the cycle, 0 when it is even'}),
    swing: Type.Number({description: 'standard deviation of the traffic over the cycle, as a share of the mean'}),
    ambiguous: Type.Boolean({description: 'weak signs of two bursts a cycle: the period may be twice as long'}),
  },
  {title: 'Period'},
);
