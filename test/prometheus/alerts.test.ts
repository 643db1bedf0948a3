import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it, onTestFinished} from 'vitest';
import {repositoryRoot} from '../support/captures.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {needs} from '../support/tools.ts';
import {firedAlerts, promtool, Recording, RULES_FILE, shippedRules} from './promtool.ts';
import {type AlertScenario, alertScenarios} from './scenarios.ts';
import {AlertWorld, SCRAPE_SECONDS} from './world.ts';

const isWhole = process.env['TENHERTZ_PROVE'] === '1';
/** Simulated seconds: long enough for each alert's `for`, behind a fault that comes later. */
const SECONDS = 720;
/** Ones that are simulated soon and fire soon. */
const SLICE = ['two leaves and two spines', 'a leaf falls silent', 'queues mark frames'];
const SLICE_SECONDS = 360;

const rules = shippedRules();
const table: string[][] = [];

async function record(scenario: AlertScenario, seconds: number, seed: number): Promise<Recording> {
  const world = new AlertWorld(scenario, seed);
  const recording = new Recording();
  for (let second = 0; second < seconds; second++) {
    if (second % SCRAPE_SECONDS === 0) recording.add(await world.scrape());
    world.pass();
  }
  return recording;
}

needs('prometheus')('the shipped alert rules', () => {
  it('are rules that Prometheus takes, each with what it is and what to do', () => {
    expect(promtool('check', 'rules', '--lint-fatal', RULES_FILE)).toContain(`${rules.length} rules found`);
    for (const {alert, labels, annotations} of rules) {
      expect(alert).toMatch(/^Tenhertz[A-Z]/);
      if (alert !== 'TenhertzThreshold') expect(labels?.['severity'], alert).toMatch(/^(info|warning|critical)$/);
      expect(annotations['summary'], alert).toMatch(/\w/);
      expect(annotations['description'], alert).toMatch(/\.$/);
    }
  });

  it('are taken with the configuration of the README', () => {
    const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
    const [, config] = /```yaml\n(rule_files:.*?)```/s.exec(readme) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'tenhertz-rules-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    writeFileSync(join(folder, 'prometheus.yml'), config!);
    copyFileSync(RULES_FILE, join(folder, 'tenhertz.rules.yml'));
    const said = promtool('check', 'config', join(folder, 'prometheus.yml'));
    expect(said).toContain('is valid prometheus config file syntax');
    expect(said).toContain(`${rules.length} rules found`);
  });

  it('have a scenario each, and a scenario fires one at most', () => {
    const fired = new Set(alertScenarios.flatMap(({fires}) => fires));
    expect([...fired].sort()).toEqual(rules.map(({alert}) => alert).sort());
    for (const {name, fires} of alertScenarios) expect(fires.length, name).toBeLessThanOrEqual(1);
  });

  it.each(alertScenarios.filter(({name}) => isWhole || SLICE.includes(name)))(
    'fire as they should and no others: $name',
    async (scenario) => {
      const seconds = proofCount(SLICE_SECONDS, SECONDS);
      const fired = firedAlerts(await record(scenario, seconds, proofSeed()), SCRAPE_SECONDS);
      table.push([scenario.name, scenario.fires.join(', ') || 'none', fired.join(', ') || 'none']);
      expect(fired).toEqual(scenario.fires);
    },
  );

  afterAll(() => {
    proofTable('alerts', 'Alerts by scenario', ABOUT, HEAD, table);
  });
});

describe('scenarios', () => {
  it('have names of their own', () => {
    expect(new Set(alertScenarios.map(({name}) => name)).size).toBe(alertScenarios.length);
  });
});

const HEAD = ['scenario', 'alert that must fire', 'alerts that fired'];
const ABOUT = [
  'The shipped Prometheus rules over what `/metrics` said every 15 s of 12 simulated minutes, evaluated by promtool: all',
  'rules over each scenario.',
];
