// What period.bench.mjs found, as Markdown.
import {median, quantile} from './results.mjs';

const percent = (part, whole) => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`);
const isRight = (told, truth) => Math.abs(told / truth - 1) <= 0.02;

/** Of findings (`of`: scenario, null or stop) the lines of the section. */
export function report(findings, {scenarios, nulls}) {
  const readings = findings.filter((one) => one.of === 'scenario');
  const jobs = readings.filter((one) => one.series === 'job');
  const alone = readings.filter((one) => one.series === 'fabric' && one.jobs === 1);
  const carried = jobs.filter((one) => one.isCarried);
  const aliased = carried.filter((one) => one.isAliased);
  const right = (one) => one.told !== undefined && isRight(one.told.periodMs, one.periodMs);
  const byScenario = grouped(carried);
  const whole = [...byScenario.values()].filter((all) => all.every(right)).length;
  return [
    `${scenarios} scenarios: cycles of 60 ms to 60 s, duty 10 to 90 %, jitter to 3 % a cycle, 1 to 3 jobs on 8 to 4,096 links`,
    'of 25 to 400 Gbit/s, sampled as recommended or up to ten times as often on one to five switches of the way; agents that',
    'send full datagrams or whatever they have every 20 ms to 1 s; at least 8 cycles of the slowest job and 60 s. A job',
    'carries its period where n · R² ≥ 30 for its fundamental, by the drawn intensities and the agents’ times alone: ',
    `${percent(carried.length, jobs.length)} of ${jobs.length} jobs, in ${percent(byScenario.size, Number(scenarios))} of the scenarios. Right is within 2 % of the`,
    'realised mean period. A job’s own series is what `/api/v1/jobs` tells its period by, that of all jobs what',
    '`/api/v1/periods` does.',
    '',
    '| series | carried | ours right | half or twice | wrong | nothing | crossings right | wrong | nothing |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rowsOf(carried, 'a job’s own'),
    row('a job’s own, all', carried),
    row(
      'a job’s own, without near-equal bursts',
      carried.filter((one) => one.shape !== 'two bursts'),
    ),
    row(
      'all in one, 1 job',
      alone.filter((one) => one.isCarried),
    ),
    ...[2, 3].map((count) => row(`all in one, the strongest of ${count}`, strongest(readings, count))),
    '',
    `All jobs that carry a period are right by their own series in ${percent(whole, byScenario.size)} of ${byScenario.size} scenarios. ${aliased.length} of the jobs above`,
    `repeat faster than twice what their agents hold samples back for, and mirror: ${aliased.filter(right).length} of those are right, of the others`,
    `${percent(carried.filter((one) => !one.isAliased && right(one)).length, carried.length - aliased.length)}. ${inventedIn(readings)}`,
    '',
    ...ambiguityOf(carried),
    '',
    '| of those that are right | off by, in the middle | in 95 % |',
    '| --- | --- | --- |',
    ...accuracyOf(carried.filter(right)),
    '',
    '| confidence | told | right |',
    '| --- | --- | --- |',
    ...confidenceOf(carried.filter((one) => one.told)),
    '',
    ...nullsOf(findings, nulls),
    '',
    ...stopsOf(findings),
  ];
}

/** By scenario. */
function grouped(readings) {
  const groups = new Map();
  for (const one of readings) groups.set(one.scenario, [...(groups.get(one.scenario) ?? []), one]);
  return groups;
}

function rowsOf(readings, name) {
  const shapes = ['one burst', 'micro-batches', 'two bursts'];
  return shapes.map((shape) => {
    const title = shape === 'two bursts' ? 'two near-equal bursts' : shape;
    return row(
      `${name}, ${title}`,
      readings.filter((one) => one.shape === shape),
    );
  });
}

function row(name, readings) {
  const count = (told) => {
    const outcomes = {right: 0, octave: 0, wrong: 0, nothing: 0};
    for (const one of readings) outcomes[outcomeOf(told(one), one.periodMs)]++;
    return outcomes;
  };
  const ours = count((one) => one.told?.periodMs);
  const theirs = count((one) => one.theirs);
  const cells = [ours.right, ours.octave, ours.wrong, ours.nothing];
  cells.push(theirs.right, theirs.octave + theirs.wrong, theirs.nothing);
  return `| ${name} | ${readings.length} | ${cells.map((part) => percent(part, readings.length)).join(' | ')} |`;
}

function outcomeOf(told, truth) {
  if (!told) return 'nothing';
  if (isRight(told, truth)) return 'right';
  return isRight(told, truth / 2) || isRight(told, truth * 2) ? 'octave' : 'wrong';
}

/** The strongest job of each scenario of so many, in the series of all. */
function strongest(readings, jobs) {
  const best = new Map();
  for (const one of readings) {
    if (one.series !== 'fabric' || one.jobs !== jobs) continue;
    if (!(best.get(one.scenario)?.carried >= one.carried)) best.set(one.scenario, one);
  }
  return [...best.values()].filter((one) => one.isCarried);
}

function inventedIn(readings) {
  let shown = 0;
  let wrong = 0;
  const seen = new Set();
  for (const one of readings) {
    if (one.series !== 'fabric' || seen.has(one.scenario)) continue;
    seen.add(one.scenario);
    shown += one.shown.length;
    wrong += one.shown.filter((told) => !one.truths.some((truth) => isRight(told, truth))).length;
  }
  return `Of ${shown} periods told of all in one series ${percent(wrong, shown)} are no job’s.`;
}

function ambiguityOf(carried) {
  const two = carried.filter((one) => one.shape === 'two bursts' && one.told);
  const half = two.filter((one) => isRight(one.told.periodMs, one.periodMs / 2));
  const others = carried.filter((one) => one.told && isRight(one.told.periodMs, one.periodMs));
  const told = (readings) => `${readings.filter((one) => one.told.ambiguous).length} of ${readings.length}`;
  return [
    'Two near-equal bursts: where only half of the cycle is told, `ambiguous` says that it may be twice as long in',
    `${told(half)}; of periods that are right it says so in ${told(others)}.`,
  ];
}

function accuracyOf(right) {
  const line = (name, values, digits = 3) => {
    const [middle, most] = [median(values), quantile(values, 0.95)].map((value) => value.toFixed(digits));
    return `| ${name} | ${middle} | ${most} |`;
  };
  // Bursts of unlike height have less of a duty, as it is told, than the share of time that they take.
  const even = right.filter((one) => one.shape !== 'two bursts');
  return [
    line(
      'period, share of it',
      right.map((one) => Math.abs(one.told.periodMs / one.periodMs - 1)),
      5,
    ),
    line(
      'duty, of all but two unlike bursts',
      even.map((one) => Math.abs(one.told.duty - one.duty)),
    ),
    line(
      'jitter, share of the period',
      right.map((one) => Math.abs(one.told.jitter - one.jitter)),
    ),
  ];
}

function confidenceOf(told) {
  return [
    [0.995, 1.01, 'over 0.995'],
    [0.75, 0.995, '0.75 to 0.995'],
    [0, 0.75, 'below 0.75'],
  ].map(([from, to, name]) => {
    const within = told.filter((one) => one.told.confidence >= from && one.told.confidence < to);
    const right = within.filter((one) => isRight(one.told.periodMs, one.periodMs)).length;
    return `| ${name} | ${within.length} | ${percent(right, within.length)} |`;
  });
}

function nullsOf(findings, asked) {
  const nulls = findings.filter((one) => one.of === 'null');
  if (nulls.length === 0) return [];
  const kinds = [...new Set(nulls.map(({kind}) => kind))].sort();
  const line = (name, of) => {
    const count = (whose) => of.filter((one) => one[whose]).length;
    return `| ${name} | ${of.length} | ${count('ours')} | ${count('theirs')} |`;
  };
  const times = nulls.map(({lookMs}) => lookMs);
  return [
    `Ten minutes without a period, ${asked} times, looked at every 2 s (crossings asked every 20 s); any period ever told counts:`,
    '',
    '| traffic | cases | ours | crossings |',
    '| --- | --- | --- | --- |',
    ...kinds.map((name) =>
      line(
        name,
        nulls.filter(({kind}) => kind === name),
      ),
    ),
    line('all', nulls),
    '',
    `CPU of one look of ours, mean of ten minutes: ${median(times).toFixed(1)} ms in the middle of the cases, ${quantile(times, 0.95).toFixed(1)} ms in 95 %.`,
  ];
}

function stopsOf(findings) {
  const stops = findings.filter((one) => one.of === 'stop' && one.isTold);
  const lost = stops.filter(({isLost}) => isLost).length;
  if (stops.length === 0) return [];
  return [
    `A job that stops after at least a minute, and only its background goes on: told no more after three of its cycles`,
    `(and 0.5 s at least) in ${lost} of ${stops.length} scenarios in which it was told before.`,
  ];
}
