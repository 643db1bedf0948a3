import {readFileSync} from 'node:fs';
import {afterAll, expect, it} from 'vitest';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {needs} from '../support/tools.ts';
import {firedAlerts, RULES_FILE} from './promtool.ts';
import {Recording} from './recording.ts';
import {replay} from './replay.ts';
import {type AlertScenario, alertScenarios} from './scenarios.ts';
import {AlertWorld, SCRAPE_SECONDS} from './world.ts';

const isWhole = process.env['TENHERTZ_PROVE'] === '1';
/** Simulated seconds: long enough for each alert's `for`, behind a fault that comes later. */
const SECONDS = 600;
/** Ones that are simulated soon and fire soon. */
const SLICE = ['two leaves and two spines', 'a leaf falls silent', 'queues mark frames'];
const SLICE_SECONDS = 240;
/** For one scenario on a machine that is busy; the real Prometheus takes ten minutes for all. */
const TIMEOUT_MS = isWhole ? 3_600_000 : 240_000;

const wanted = alertScenarios.filter(({name}) => isWhole || SLICE.includes(name));
const expected = ({fires, also = {}}: AlertScenario) => [...fires, ...Object.keys(also)].sort();
/** By scenario: what promtool says that fired, and the real Prometheus. */
const outcomes = new Map<string, {promtool?: string[]; prometheus?: string[]}>();
const note = (name: string, outcome: object) => outcomes.set(name, {...outcomes.get(name), ...outcome});

const recordings = new Map<AlertScenario, Promise<Recording>>();
/** What was scraped of a scenario; it is simulated once. */
function recordingOf(scenario: AlertScenario, seed: number): Promise<Recording> {
  const known = recordings.get(scenario) ?? record(scenario, proofCount(SLICE_SECONDS, SECONDS), seed);
  recordings.set(scenario, known);
  return known;
}

async function record(scenario: AlertScenario, seconds: number, seed: number): Promise<Recording> {
  const world = new AlertWorld(scenario, seed);
  const recording = new Recording(seed);
  for (let second = 0; second < seconds; second++) {
    if (second % SCRAPE_SECONDS === 0) recording.add(await world.scrape());
    world.pass();
  }
  return recording;
}

needs('prometheus')('the shipped alert rules', () => {
  it.each(wanted)('fire as they should and no others: $name', {timeout: TIMEOUT_MS}, async (scenario) => {
    const recording = await recordingOf(scenario, proofSeed());
    const fired = firedAlerts(recording.input, recording.pages.length, SCRAPE_SECONDS);
    note(scenario.name, {promtool: fired});
    expect(fired, `TENHERTZ_SEED=${recording.seed}`).toEqual(expected(scenario));
  });

  // It takes as long as what was recorded, and so is no test of every day.
  if (isWhole)
    it('fire so in the real Prometheus too, which scrapes all scenarios side by side', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const all = new Map<string, Recording>();
      for (const scenario of wanted) all.set(scenario.name, await recordingOf(scenario, proofSeed()));
      const fired = await replay(all, readFileSync(RULES_FILE, 'utf8'), SCRAPE_SECONDS);
      for (const [name, alerts] of fired) note(name, {prometheus: alerts});
      expect(Object.fromEntries(fired)).toEqual(Object.fromEntries(wanted.map((one) => [one.name, expected(one)])));
    });

  afterAll(() => {
    const cell = (alerts: readonly string[] | undefined) => (alerts === undefined ? '–' : alerts.join(', ') || 'none');
    const rows = alertScenarios.flatMap(({name, fires, also = {}}) => {
      const outcome = outcomes.get(name);
      const why = Object.entries(also).map(([alert, because]) => `${alert}: ${because}`);
      const row = [name, cell(fires), why.join('; '), cell(outcome?.promtool), cell(outcome?.prometheus)];
      return outcome ? [row] : [];
    });
    proofTable('alerts', 'Alerts by scenario', ABOUT, HEAD, rows);
  });
});

const HEAD = ['scenario', 'alert that must fire', 'and with it', 'fired by promtool', 'fired in Prometheus'];
const ABOUT = [
  'The shipped Prometheus rules over what `/metrics` said every 15 s of ten simulated minutes: all rules over each scenario,',
  'evaluated by promtool, and then by the real Prometheus, which scraped the same pages again in real time.',
];
