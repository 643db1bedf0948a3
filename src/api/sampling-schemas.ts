import {Type} from 'typebox';
import {Nullable} from './schemas.ts';

const number = (description: string) => Nullable(Type.Number({description}));

const verdict = Type.Union([Type.Literal('agrees'), Type.Literal('disagrees'), Type.Literal('unknown')], {
  description:
    'disagrees: off by 10 % or more, and not by chance (one look in 10^10); unknown: nothing to compare, or not closely',
});

const versus = {
  ratio: number('bytes estimated from samples, FCS left out, over octets counted; 1 where both tell the same'),
  low: number('lower end of its 99.9999 % interval; the time that counters may be read too early is in it'),
  high: number('upper end; counters that include the FCS are in it'),
  seconds: Type.Number({description: 'time that is compared: whole counter intervals, about the last 10 minutes'}),
  verdict,
};

export const AgentVersusSchema = Type.Object(
  {...versus, suggestedRate: number('N of 1-in-N at which both would agree, where they do not')},
  {
    description:
      "samples against the interfaces' own counters, all ports together. Estimates are not corrected by this: counters say that something is wrong, not since when nor what",
  },
);

export const AgentNumbersSchema = Type.Object(
  {
    ratio: number(
      'packets estimated from samples over those that their sequence numbers count; 1 where both tell the same',
    ),
    low: number('lower end of its 99.9999 % interval'),
    high: number('upper end'),
    seconds: Type.Number(),
    verdict,
    samples: Type.Number({description: 'samples whose distance was counted'}),
  },
  {
    description:
      'samples against the PSNs of the SENDs and WRITEs that they are of, of queue pairs that one port alone sees and that do not READ; unknown too where these differ from each other by more than sampling does, and where the ratio is above 1 by more: packets that are sent again are sampled anew and numbered once',
  },
);

export const PortVersusSchema = Type.Object(
  {...versus, why: Nullable(Type.String({description: 'why nothing is compared'}))},
  {description: "samples of this direction against the interface's own counter"},
);

export const EffectiveRateSchema = Type.Object({
  dataSource: Type.String({description: 'class:index'}),
  nominal: Type.Number({description: 'N of 1-in-N as claimed'}),
  effective: Type.Number({description: 'frames that a sample stands for, loss on the way left out'}),
  reason: Type.String({description: "sample pool, device's sample pool, or agent drops"}),
});

export const AgentAdviceSchema = Type.Object({
  samplesPerSecond: number('samples that the agent makes, mean over the last 10 s, those lost on the way included'),
  samplesPerSecondAtLineRate: number('with all sampled ports at line rate'),
  policer: Type.Object(
    {
      limit: Type.Number({description: 'samples a second that a switch is assumed to take'}),
      share: number('of it at line rate'),
    },
    {description: 'the way of samples to the CPU of a switch is limited'},
  ),
  suggestedRate: number('N of 1-in-N at which all ports at line rate keep within the limit'),
  text: Type.String({description: 'both in words, and where they conflict'}),
});

export const PortAdviceSchema = Nullable(
  Type.Object(
    {
      samplesPerSecondAtLineRate: Type.Number({
        description: "speed / (8 (L + 20)) / rate; L: byte-weighted length of the port's frames, else 4,178 bytes",
      }),
      errorAtLineRate: Type.Number({description: 'relative error of a 100 ms bin at 95 %, 1.96 / √samples'}),
      suggestedRate: Type.Number({description: 'N of 1-in-N, round, at which it is ± 20 % or less'}),
    },
    {description: 'of the direction that is sampled; null where its speed is not known'},
  ),
);

export const SamplesSchema = Type.Object({
  received: Type.Number({description: 'flow samples since the start'}),
  missing: Type.Number({description: 'flow samples missing by their own sequence numbers, since the start'}),
  agentDrops: Type.Number({description: 'packets that the agent says it could not sample, since the start'}),
  missingShare: number('of all that it made, over the last 10 s'),
});
