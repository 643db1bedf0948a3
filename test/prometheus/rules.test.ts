import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {makeHarness} from '../api/harness.ts';
import {repositoryRoot} from '../support/captures.ts';
import {needs} from '../support/tools.ts';
import {firedAlerts, promtool, RULES_FILE, shippedRules} from './promtool.ts';
import {TARGET} from './recording.ts';
import {alertScenarios} from './scenarios.ts';
import {SCRAPE_SECONDS} from './world.ts';

const rules = shippedRules();
/** What Prometheus puts a label in the place of. */
const LABEL = /\{\{[^}]*\}\}/g;

/** Ten minutes of the series of a server that is well, by name and labels, with others for what is given. */
function fired(given: Readonly<Record<string, string>>): string[] {
  const well = {
    'up{': '1x39',
    'tenhertz_final_time_seconds{': '0+15x39',
    'tenhertz_agents{': '1x39',
    'tenhertz_agent_up{agent="10.0.0.1",': '1x39',
    'tenhertz_jobs{': '2x39',
    'tenhertz_events_total{kind="job-ended",': '0x39',
    'tenhertz_agent_pfc_storms_total{agent="10.0.0.1",': '0x39',
  };
  const input = Object.entries({...well, ...given}).map(([name, values]) => ({series: `${name}${TARGET}}`, values}));
  return firedAlerts(input, 40, SCRAPE_SECONDS);
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

  it('have a scenario each, and a scenario is of one at most', () => {
    const fired = new Set(alertScenarios.flatMap(({fires}) => fires));
    expect([...fired].sort()).toEqual(rules.map(({alert}) => alert).sort());
    for (const {name, fires} of alertScenarios) expect(fires.length, name).toBeLessThanOrEqual(1);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['all is well', {}, []],
    [
      'a job ended and none began',
      {'tenhertz_jobs{': '2x9 1x29', 'tenhertz_events_total{kind="job-ended",': '0x9 1x29'},
      ['TenhertzJobEnded'],
    ],
    [
      'another began within two minutes',
      {'tenhertz_jobs{': '2x9 1x5 2x23', 'tenhertz_events_total{kind="job-ended",': '0x9 1x29'},
      [],
    ],
    ['two jobs turned out to be one', {'tenhertz_jobs{': '2x9 1x29'}, []],
    [
      'a job ended because its switch is not heard',
      {
        'tenhertz_jobs{': '2x9 1x29',
        'tenhertz_events_total{kind="job-ended",': '0x9 1x29',
        'tenhertz_agent_up{agent="10.0.0.1",': '1x7 0x31',
      },
      ['TenhertzNoAgents'],
    ],
    [
      'the server was restarted and finds jobs anew',
      {'tenhertz_jobs{': '2x9 0x2 2x26', 'tenhertz_events_total{kind="job-ended",': '5x9 0x29'},
      [],
    ],
    [
      'a storm came and went between two scrapes',
      {'tenhertz_agent_pfc_storms_total{agent="10.0.0.1",': '0x19 1x19'},
      ['TenhertzPfcStorm'],
    ],
    [
      'an incast ended half a minute ago',
      {'tenhertz_incast_sources{link="10.0.0.1~1",': '_x9 12x0 _x29'},
      ['TenhertzIncast'],
    ],
    [
      'a switch discards beside an incast at another',
      {
        'tenhertz_incast_sources{link="10.0.0.1~1",': '12x39',
        'tenhertz_agent_discards_per_second{agent="10.0.0.2",direction="out",': '50x39',
      },
      ['TenhertzDiscards', 'TenhertzIncast'],
    ],
  ])('say what they should where %s', (_, given, expected) => {
    expect(fired(given)).toEqual(expected);
  });
});

describe('what they tell people to ask', () => {
  it('is there in REST', async () => {
    const {get} = await makeHarness();
    const {paths} = (await get('/api/openapi.json')).json;
    const asked = rules.flatMap(({alert, annotations: {description}}) =>
      [...description!.replaceAll(LABEL, '{id}').matchAll(/(GET|PUT) (\/api\/v1\/[^\s;,)]+)/g)].map(
        ([, method, url]) => ({
          alert,
          method,
          url: url!,
        }),
      ),
    );
    expect(asked.length).toBeGreaterThan(10);
    for (const {alert, method, url} of asked) {
      const [path, query] = url.split('?');
      const route = paths[path!]?.[method!.toLowerCase()];
      expect(route, `${alert}: ${url}`).toBeDefined();
      const known = (route.parameters ?? []).map(({name}: {name: string}) => name);
      if (query !== undefined) expect(known, `${alert}: ${url}`).toContain(query.split('=')[0]);
    }
  });
});

describe('scenarios', () => {
  it('have names of their own', () => {
    expect(new Set(alertScenarios.map(({name}) => name)).size).toBe(alertScenarios.length);
  });
});
