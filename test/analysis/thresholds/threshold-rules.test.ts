import {describe, expect, it} from 'vitest';
import {METRIC_IDS, metricOf} from '../../../src/analysis/thresholds/threshold-metrics.ts';
import {
  parseThreshold,
  parseThresholds,
  type ThresholdRule,
  thresholdJson,
} from '../../../src/analysis/thresholds/threshold-rules.ts';
import {EntryError} from '../../../src/fabric/wiring/complaints.ts';

function fails(json: unknown, message: string | RegExp, name = 'hot'): void {
  try {
    parseThreshold(name, json);
  } catch (error) {
    expect(error).toBeInstanceOf(EntryError);
    if (typeof message === 'string') expect((error as Error).message).toBe(message);
    else expect((error as Error).message).toMatch(message);
    return;
  }
  expect.fail(`nothing was wrong with ${JSON.stringify(json)}`);
}

const least = {metric: 'utilisation', value: 0.9};

describe('a threshold', () => {
  it('needs a metric and a value; all else has its default', () => {
    const expected: ThresholdRule = {
      name: 'hot',
      metric: 'utilisation',
      scope: 'link',
      of: undefined,
      direction: 'in',
      comparison: '>',
      value: 0.9,
      clear: 0.9,
      forMs: 10_000,
      severity: 'warning',
      sure: true,
    };
    expect(parseThreshold('hot', least)).toEqual(expected);
  });

  it('is written as it was read', () => {
    const whole = {
      metric: 'roce-bits-per-second',
      scope: 'link',
      of: '2001:db8::1~7',
      direction: 'out',
      comparison: '<',
      value: 1e9,
      clear: 2e9,
      for: '90s',
      severity: 'critical',
      sure: false,
    };
    const rule = parseThreshold('hot', {...whole, of: '2001:DB8:0::1~7'});
    expect(thresholdJson(rule)).toEqual(whole);
    for (const forText of ['0s', '500ms', '1500ms', '90s', '5m', '24h']) {
      const json = thresholdJson(parseThreshold('hot', {...least, for: forText}));
      expect(json).toMatchObject({for: forText});
      expect(parseThreshold('hot', json)).toEqual(parseThreshold('hot', {...least, for: forText}));
    }
    expect(thresholdJson(parseThreshold('hot', {...least, for: '60s'})).for).toBe('1m');
  });

  it('takes what its figure can come to: links at over their speed, degrees below 0, any ratio to counters', () => {
    for (const [metric, value] of [
      ['utilisation', 1.1],
      ['optics-temperature', -5],
      ['samples-versus-counters', 30],
      ['imbalance-cv', 3],
    ]) {
      expect(parseThreshold('x', {metric, value}).value).toBe(value);
    }
  });

  it('stands on any metric, of each scope that it is known of and of no other', () => {
    for (const metric of METRIC_IDS) {
      const {scopes} = metricOf(metric);
      expect(parseThreshold('x', {metric, value: 1}).scope).toBe(scopes[0]);
      for (const scope of ['fabric', 'role', 'agent', 'link'] as const) {
        if (scopes.includes(scope)) expect(parseThreshold('x', {metric, value: 1, scope}).scope).toBe(scope);
        else fails({metric, value: 1, scope}, `hot.scope: ${metric} is known of ${scopes.join(', ')}`);
      }
    }
  });

  it.each<[unknown, string | RegExp]>([
    [null, 'hot: must be an object'],
    [[], 'hot: must be an object'],
    [{value: 1}, /^hot\.metric: must be one of roce-bits-per-second, /],
    [{metric: 'utilization', value: 1}, "hot.metric: 'utilization' is no metric; did you mean 'utilisation'?"],
    [{metric: 'constructor', value: 1}, /^hot\.metric: 'constructor' is no metric/],
    [{metric: 'utilisation'}, 'hot.value: must be a number'],
    [{metric: 'utilisation', value: 50}, 'hot.value: 50 is above 2, and utilisation is a share: did you mean 0.5?'],
    [{metric: 'ce-share', value: 5}, 'hot.value: 5 is above 1, and ce-share is a share: did you mean 0.05?'],
    [{metric: 'device-buffer-multicast', value: 85}, /^hot\.value: 85 is above 10, .*: did you mean 0\.85\?$/],
    [{metric: 'roce-bits-per-second', value: -1}, 'hot.value: -1 is below 0, which roce-bits-per-second never is'],
    [{...least, clear: -0.1}, 'hot.clear: -0.1 is below 0, which utilisation never is'],
    [{metric: 'ce-share', comparison: '<', value: 0.1, clear: 20}, /^hot\.clear: 20 is above 1, /],
    [{...least, value: '1'}, 'hot.value: must be a number'],
    [{...least, value: Number.POSITIVE_INFINITY}, 'hot.value: must be a number'],
    [{...least, clear: 0.95}, 'hot.clear: must not be above value'],
    [{...least, comparison: '<', clear: 0.8}, 'hot.clear: must not be below value'],
    [{...least, comparison: '>='}, 'hot.comparison: must be > or <'],
    [{...least, for: 10}, 'hot.for: must be a duration such as 0s, 10s or 5m, at most 24h'],
    [{...least, for: '25h'}, 'hot.for: must be a duration such as 0s, 10s or 5m, at most 24h'],
    [{...least, severity: 'page'}, 'hot.severity: must be info or warning or critical'],
    [{...least, sure: 'yes'}, 'hot.sure: must be true or false'],
    [{...least, clera: 0.8}, "hot.clera: is not known; did you mean 'clear'?"],
    [{...least, of: 7}, 'hot.of: must be a link id {agent}~{ifIndex}, an agent address, or edge, core, unknown'],
    [{...least, of: '10.0.0.1~0'}, /^hot\.of: must be a link id/],
    [{...least, of: '10.0.0.1~1~2'}, /^hot\.of: must be a link id/],
    [{...least, of: 'leaf1~1'}, /^hot\.of: must be a link id/],
    [{metric: 'ce-share', scope: 'fabric', value: 0, of: 'edge'}, 'hot.of: there is one fabric only: leave it out'],
    [{metric: 'all-bits-per-second', scope: 'role', value: 0, of: 'spine'}, 'hot.of: must be edge, core, unknown'],
    [{metric: 'agent-silence-seconds', value: 0, of: 'leaf1'}, 'hot.of: must be an agent address'],
    [
      {metric: 'all-bits-per-second', value: 0, direction: 'out'},
      'hot.direction: of the fabric and of roles there is what enters only',
    ],
  ])('is refused where it is wrong, with what is: %j', (json, message) => fails(json, message));

  it('tells all that is wrong at once', () => {
    fails({metric: 'x', value: 'y', for: 'z'}, /^hot\.metric: .*; hot\.value: .*; hot\.for: /);
  });

  it.each(['', 'a b', '../x', '-x', 'é', 'x'.repeat(64)])('has a name that fits a path and a label: %j', (name) =>
    fails(least, /the name must be 1 to 63 letters/, name),
  );
});

describe('thresholds by name', () => {
  it('are read all, or none', () => {
    expect([...parseThresholds({a: least, b: least}).keys()]).toEqual(['a', 'b']);
    expect(parseThresholds({}).size).toBe(0);
    expect(() => parseThresholds({a: least, b: {}})).toThrow(/^thresholds\.b\.metric: /);
    expect(() => parseThresholds([least])).toThrow('thresholds: must be an object of rules by name');
  });

  it('are bounded', () => {
    const many = (count: number) => Object.fromEntries(Array.from({length: count}, (_, i) => [`t${i}`, least]));
    expect(parseThresholds(many(64)).size).toBe(64);
    expect(() => parseThresholds(many(65))).toThrow('thresholds: must be at most 64');
  });
});
