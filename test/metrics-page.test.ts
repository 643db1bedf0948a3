import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {LinkEngine} from '../src/analysis/congestion/link-engine.ts';
import {AI_METRICS, AI_TOPS} from '../src/api/sflow-rt/ai-metrics.ts';
import {Fabric} from '../src/fabric/fabric.ts';
import {findScenario} from '../src/simulator/scenarios.ts';
import {makeHarness} from './api/harness.ts';
import {repositoryRoot} from './support/captures.ts';
import {metricsPage} from './support/metrics-page.ts';
import {METRIC_ROWS} from './support/metrics-rows.ts';

const rows = Object.values(METRIC_ROWS).flat();

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

/** The schema of a field within an answer, through lists and what may be null. */
function fieldOf(schema: Schema | undefined, path: readonly string[]): Schema | undefined {
  if (schema?.items) return fieldOf(schema.items, path);
  if (schema?.anyOf) return schema.anyOf.map((one) => fieldOf(one, path)).find((found) => found !== undefined);
  const [name, ...rest] = path;
  return name === undefined ? schema : fieldOf(schema?.properties?.[name], rest);
}

it('docs/metrics.md says what its rows and the tables of the server say', async () => {
  await expect(metricsPage()).toMatchFileSnapshot('../docs/metrics.md');
});

it('every route and field that it names is there', async () => {
  const {get} = await makeHarness();
  const {paths} = (await get('/api/openapi.json')).json;
  for (const place of rows.flatMap(({rest}) => rest)) {
    const [route, field] = place.split(': ');
    const answer = paths[`/api/v1/${route}`]?.get.responses['200'].content['application/json'].schema;
    expect(fieldOf(answer, field!.split('.')), place).toBeDefined();
  }
});

it('every metric of Prometheus that it names is there', async () => {
  const {imbalance, incasts} = new LinkEngine(new Fabric({depth: 300, flows: 10}));
  const congestion = {congested: () => [], incasts} as never;
  const jobs = {report: undefined} as never;
  const stragglers = {jobs: () => [], stragglers: () => [], steps: () => undefined} as never;
  const {get} = await makeHarness({periods: {report: undefined}, imbalance, congestion, jobs, stragglers});
  const {text} = await get('/metrics');
  for (const name of rows.flatMap(({prometheus}) => prometheus)) expect(text).toContain(`# TYPE ${name} `);
});

it('tells where each figure of the AI Metrics app stands, once', () => {
  const told = rows.flatMap(({sflowRt}) => sflowRt).sort();
  expect(told).toEqual([...AI_METRICS, ...AI_TOPS].map(({name}) => name).sort());
});

it('its scenarios and proofs are there', () => {
  for (const {scenarios, proof, error} of rows) {
    for (const name of scenarios) expect(findScenario(name), name).toBeDefined();
    expect(existsSync(join(repositoryRoot, proof)), proof).toBe(true);
    expect(error).not.toBe('');
  }
});
