import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {parseThresholds} from '../../src/analysis/thresholds/threshold-rules.ts';
import {Thresholds} from '../../src/analysis/thresholds/thresholds.ts';
import {EventAlerts} from '../../src/api/alerts/event-alerts.ts';
import {FiringAlerts, parseFiring} from '../../src/api/alerts/firing-alerts.ts';
import {fingerprint, type Notice, webhookBody} from '../../src/api/alerts/notice.ts';
import {Notifier} from '../../src/api/alerts/notifier.ts';
import {Webhook, type WebhookLimits} from '../../src/api/alerts/webhook.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import type {FabricEvent} from '../../src/fabric/watch/events.ts';
import {PartialBuilder, T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {needs} from '../support/tools.ts';
import {makeHarness} from './harness.ts';

const T0 = 1_790_000_000_000;

interface Received {
  method: string | undefined;
  type: string | undefined;
  authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what is sent is what the test is about
  body: any;
}

/** A receiver on loopback; `answer` says what it does with the n-th request. */
async function receiver(answer: (request: number, response: ServerResponse) => void) {
  const received: Received[] = [];
  let arrived = () => {};
  const server = createServer(async (request: IncomingMessage, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const {'content-type': type, authorization} = request.headers;
    received.push({method: request.method, type, authorization, body: JSON.parse(text)});
    answer(received.length, response);
    arrived();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`;
  /** Waits until there were so many requests. */
  const until = async (count: number) => {
    while (received.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  };
  return {received, url, until};
}

function makeWebhook(url: string, limits: Partial<WebhookLimits> = {}) {
  const warnings: string[] = [];
  const webhook = new Webhook(url, (message) => warnings.push(message), {retryMs: 5, longestRetryMs: 20, ...limits});
  webhook.externalUrl = 'http://127.0.0.1:8008/';
  onTestFinished(() => webhook.stop());
  return {webhook, warnings};
}

const ok = (_: number, response: ServerResponse) => response.writeHead(200).end('thanks');
const notice = (agent: string, more: Partial<Notice> = {}): Notice => ({
  labels: {alertname: 'TenhertzAgentSilent', severity: 'warning', agent},
  annotations: {summary: `${agent} is silent`},
  startsAt: T0,
  endsAt: undefined,
  path: 'api/v1/events',
  ...more,
});
/** Waits for what answers bring about, a bounded time. */
async function settled(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 4_000 && !isDone(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isDone()).toBe(true);
}

describe('the body of a webhook', () => {
  it("is that of Alertmanager's version 4", () => {
    const over = notice('10.0.0.2', {endsAt: T0 + 1_000, annotations: {summary: 'it sends again'}});
    expect(webhookBody([notice('10.0.0.1'), over], 'http://x:1/')).toEqual({
      version: '4',
      groupKey: '{}:{alertname="TenhertzAgentSilent"}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'tenhertz',
      groupLabels: {alertname: 'TenhertzAgentSilent'},
      commonLabels: {alertname: 'TenhertzAgentSilent', severity: 'warning'},
      commonAnnotations: {},
      externalURL: 'http://x:1/',
      alerts: [
        {
          status: 'firing',
          labels: {alertname: 'TenhertzAgentSilent', severity: 'warning', agent: '10.0.0.1'},
          annotations: {summary: '10.0.0.1 is silent'},
          startsAt: new Date(T0).toISOString(),
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://x:1/api/v1/events',
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
        expect.objectContaining({status: 'resolved', endsAt: new Date(T0 + 1_000).toISOString()}),
      ],
    });
    expect(webhookBody([over], '')).toMatchObject({status: 'resolved', commonAnnotations: {summary: 'it sends again'}});
  });

  it('tells alerts apart by their labels alone, in any order, as Prometheus does', () => {
    // 64-bit FNV-1a of nothing, and of the bytes of a, 0xff, b, 0xff.
    expect(fingerprint({})).toBe('cbf29ce484222325');
    expect(fingerprint({a: 'b'})).toBe('d2b371819297f98a');
    expect(fingerprint({a: 'b', c: 'd'})).toBe(fingerprint({c: 'd', a: 'b'}));
    expect(fingerprint({a: 'bc'})).not.toBe(fingerprint({ab: 'c'}));
  });
});

describe('a webhook', () => {
  it('posts what it is told', async () => {
    const {received, url, until} = await receiver(ok);
    const {webhook, warnings} = makeWebhook(url);
    webhook.tell([notice('10.0.0.1')]);
    await until(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      type: 'application/json',
      body: {version: '4', status: 'firing'},
    });
    expect(received[0]!.body.alerts[0].generatorURL).toBe('http://127.0.0.1:8008/api/v1/events');
    await settled(() => webhook.waiting === 0);
    expect([webhook.sent, webhook.failed, webhook.dropped, warnings]).toEqual([1, 0, 0, []]);
    webhook.tell([notice('10.0.0.1', {endsAt: T0 + 5})]);
    await until(2);
    expect(received[1]!.body.status).toBe('resolved');
  });

  it('sends alerts of one name together, and no more than a hundred at once', async () => {
    const {received, url, until} = await receiver(ok);
    const {webhook} = makeWebhook(url);
    const many = Array.from({length: 150}, (_, i) => notice(`10.0.1.${i}`));
    webhook.tell([...many, notice('x', {labels: {alertname: 'Other'}})]);
    await until(3);
    const sent = received.map(({body}) => [body.groupLabels.alertname, body.alerts.length]);
    expect(sent.sort()).toEqual([
      ['Other', 1],
      ['TenhertzAgentSilent', 100],
      ['TenhertzAgentSilent', 50],
    ]);
  });

  it('tries again while the receiver is ill, and then tells only how things are', async () => {
    let heal = false;
    const {received, url, until} = await receiver((_, response) => response.writeHead(heal ? 200 : 503).end());
    const {webhook, warnings} = makeWebhook(url);
    webhook.tell([notice('10.0.0.1'), notice('10.0.0.2')]);
    await until(3);
    webhook.tell([notice('10.0.0.1', {endsAt: T0 + 9})]);
    heal = true;
    await settled(() => webhook.waiting === 0);
    const last = new Map<string, string>();
    for (const {body} of received) for (const {labels, status} of body.alerts) last.set(labels.agent, status);
    expect([...last]).toEqual([
      ['10.0.0.1', 'resolved'],
      ['10.0.0.2', 'firing'],
    ]);
    expect(webhook.failed).toBeGreaterThanOrEqual(3);
    expect(webhook.dropped).toBe(0);
    // Once, and without the secret that the URL may hold.
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^alerts cannot be sent to http:\/\/127\.0\.0\.1:\d+: it answered 503$/);
  });

  it('gives up what the receiver refuses', async () => {
    const {url, until} = await receiver((_, response) => response.writeHead(400).end());
    const {webhook} = makeWebhook(url);
    webhook.tell([notice('10.0.0.1')]);
    await until(1);
    await settled(() => webhook.waiting === 0);
    expect([webhook.sent, webhook.failed, webhook.dropped]).toEqual([0, 1, 1]);
  });

  it('does not wait for a receiver that says nothing', async () => {
    const {url, until} = await receiver((request, response) => {
      if (request > 1) response.writeHead(204).end();
    });
    const {webhook} = makeWebhook(url, {timeoutMs: 200});
    webhook.tell([notice('10.0.0.1')]);
    await until(2);
    await settled(() => webhook.sent === 1);
    expect(webhook.failed).toBeGreaterThan(0);
  });

  it('holds no more than it may while nobody listens', async () => {
    const {url} = await receiver(ok);
    const {webhook} = makeWebhook(url.replace(/:\d+/, ':1'), {waiting: 3, retryMs: 60_000});
    webhook.tell(Array.from({length: 5}, (_, i) => notice(`10.0.1.${i}`)));
    expect([webhook.waiting, webhook.dropped]).toEqual([3, 2]);
    webhook.tell([notice('10.0.1.0', {endsAt: T0})]);
    expect([webhook.waiting, webhook.dropped]).toEqual([3, 2]);
    await settled(() => webhook.failed === 1);
  });

  it('sends the name and password of its URL as such, and writes neither down', async () => {
    const {received, url, until} = await receiver((_, response) => response.writeHead(503).end());
    const {webhook, warnings} = makeWebhook(url.replace('//', '//ops:p%40ss%C3%A9@'));
    webhook.tell([notice('10.0.0.1')]);
    await until(1);
    const credentials = Buffer.from('ops:p@ssé', 'utf8').toString('base64');
    expect(received[0]!.authorization).toBe(`Basic ${credentials}`);
    await settled(() => webhook.failed > 0);
    expect(warnings[0]).toMatch(/^alerts cannot be sent to http:\/\/127\.0\.0\.1:\d+: it answered 503$/);
  });

  it('says what kept it from being heard', async () => {
    const {url} = await receiver(ok);
    const far = makeWebhook(url.replace(/:\d+/, ':1'), {retryMs: 60_000});
    far.webhook.tell([notice('10.0.0.1')]);
    await settled(() => far.webhook.failed === 1);
    // Port 1 is one that fetch never asks.
    expect(far.warnings).toEqual(['alerts cannot be sent to http://127.0.0.1:1: bad port']);

    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const {port} = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const deaf = makeWebhook(`http://ops:secret@127.0.0.1:${port}/hook`, {retryMs: 60_000});
    deaf.webhook.tell([notice('10.0.0.1')]);
    await settled(() => deaf.webhook.failed === 1);
    expect(deaf.warnings).toEqual([`alerts cannot be sent to http://127.0.0.1:${port}: ECONNREFUSED`]);

    const silent = await receiver(() => {});
    const slow = makeWebhook(silent.url, {timeoutMs: 50, retryMs: 60_000});
    slow.webhook.tell([notice('10.0.0.1')]);
    await settled(() => slow.webhook.failed === 1);
    expect(slow.warnings[0]).toMatch(/: it said nothing for 50 ms$/);
  });

  it('follows nobody elsewhere', async () => {
    const other = await receiver(ok);
    const {url, until} = await receiver((_, response) => response.writeHead(307, {location: other.url}).end());
    const {webhook} = makeWebhook(url);
    webhook.tell([notice('10.0.0.1')]);
    await until(2);
    expect(other.received).toEqual([]);
  });
});

describe('events', () => {
  let id = 0;
  const event = (fields: Partial<FabricEvent>): FabricEvent => ({
    ...{id: ++id, time: T0, kind: 'agent-silent', level: 'warning', text: 'it is silent'},
    ...fields,
  });
  const status = (notices: readonly Notice[]) =>
    notices.map(
      ({labels, endsAt}) =>
        `${labels['agent'] ?? labels['place'] ?? 'many'} ${endsAt === undefined ? 'fires' : 'over'}`,
    );

  it('that are warnings fire until what ends them', () => {
    const alerts = new EventAlerts();
    expect(alerts.take(event({kind: 'agent-appeared', level: 'info'}))).toEqual([]);
    const [fires] = alerts.take(event({agent: 'a'}));
    expect(fires!.labels).toEqual({alertname: 'TenhertzAgentSilent', severity: 'warning', agent: 'a'});
    expect(status(alerts.take(event({kind: 'agent-returned', level: 'good', agent: 'b'})))).toEqual([]);
    const [over] = alerts.take(event({kind: 'agent-returned', level: 'good', agent: 'a', time: T0 + 7, text: 'again'}));
    expect(over).toEqual({...fires!, annotations: {summary: 'again'}, endsAt: T0 + 7});
    expect(alerts.take(event({kind: 'agent-returned', level: 'good', agent: 'a'}))).toEqual([]);
  });

  it('of many are over when all of them are', () => {
    const alerts = new EventAlerts();
    const back = (fields: Partial<FabricEvent>) =>
      alerts.take(event({kind: 'agent-returned', level: 'good', ...fields}));
    expect(status(alerts.take(event({figures: {count: 9}})))).toEqual(['many fires']);
    expect(back({agent: 'a'})).toEqual([]);
    expect(back({figures: {count: 7}})).toEqual([]);
    expect(status(back({agent: 'b'}))).toEqual(['many over']);
  });

  it('of the server are told apart by their place', () => {
    const alerts = new EventAlerts();
    const loss = {kind: 'loss-began', place: 'kernel'} as const;
    expect(status(alerts.take(event(loss)))).toEqual(['kernel fires']);
    expect(status(alerts.take(event({...loss, place: 'ring'})))).toEqual(['ring fires']);
    expect(status(alerts.take(event({kind: 'loss-ended', level: 'good', place: 'ring'})))).toEqual(['ring over']);
  });

  it('of drops and of parallel links are told apart by reason and by group, whatever link shows it most', () => {
    const alerts = new EventAlerts();
    const drops = {kind: 'drops-began', agent: 'a', link: 'a~1', figures: {code: 7}} as const;
    expect(status(alerts.take(event(drops)))).toEqual(['a fires']);
    const ended = {kind: 'drops-ended', level: 'good', agent: 'a', link: 'a~2'} as const;
    expect(alerts.take(event({...ended, figures: {code: 8}}))).toEqual([]);
    expect(status(alerts.take(event({...ended, figures: {code: 7}})))).toEqual(['a over']);
    const uneven = {kind: 'links-imbalanced', agent: 'a', link: 'a~1', group: 'uplinks'} as const;
    expect(alerts.take(event({...uneven, level: 'info'}))).toEqual([]);
    expect(alerts.take(event(uneven))[0]!.labels).toMatchObject({group: 'uplinks'});
    const even = {kind: 'links-balanced', level: 'good', agent: 'a'} as const;
    expect(alerts.take(event({...even, group: 'others'}))).toEqual([]);
    expect(status(alerts.take(event({...even, group: 'uplinks'})))).toEqual(['a over']);
  });

  it('of an instant are over by themselves, five minutes after the last', () => {
    const alerts = new EventAlerts();
    const step = (time: number) => alerts.take(event({kind: 'clock-stepped', time}));
    expect(status(step(T0))).toEqual(['many fires']);
    expect(step(T0 + 200_000)[0]!.startsAt).toBe(T0);
    expect(alerts.expire(T0 + 499_999)).toEqual([]);
    expect(alerts.expire(T0 + 500_000)).toMatchObject([{startsAt: T0, endsAt: T0 + 500_000}]);
    expect(alerts.expire(T0 + 900_000)).toEqual([]);
  });
});

describe('a notifier', () => {
  it('hands on thresholds with all that they are about, and events, and nothing twice', () => {
    const fabric = new Fabric({depth: 600, flows: 10});
    const rules = {quiet: {metric: 'roce-bits-per-second', scope: 'link', comparison: '<', value: 1e9, for: '0s'}};
    const thresholds = new Thresholds(fabric, parseThresholds(rules));
    const told: Notice[] = [];
    const notifier = new Notifier(fabric, thresholds, (notices) => told.push(...notices));
    const builder = new PartialBuilder();
    const pass = (from: number, bins: number, lengths: readonly number[]) => {
      for (let bin = from; bin < from + bins; bin++) {
        fabric.apply(builder.next(bin + 1, {rows: [{bin, port: 1, roce: lengths}]}));
        thresholds.advance();
        notifier.advance();
      }
    };
    pass(T, 60, [1_000]);
    fabric.events.raise({time: fabric.time, kind: 'clock-stepped', level: 'warning', text: 'the clock'});
    const loud = new Array<number>(100).fill(9_000);
    pass(T + 60, 120, loud);
    expect(told.map(({labels, endsAt}) => [labels['alertname'], endsAt === undefined])).toEqual([
      ['TenhertzThreshold', true],
      ['TenhertzClockStepped', true],
      ['TenhertzThreshold', false],
    ]);
    expect(told[0]!.labels).toEqual({
      ...{alertname: 'TenhertzThreshold', threshold: 'quiet', severity: 'warning', metric: 'roce-bits-per-second'},
      ...{agent: '10.0.0.1', link: '10.0.0.1~1', direction: 'in'},
    });
    expect(fingerprint(told[0]!.labels)).toBe(fingerprint(told[2]!.labels));
    expect(told[0]!.annotations['summary']).toMatch(/^quiet: roce-bits-per-second of ifIndex 1 .* below 1 Gbit\/s$/);
    expect(told[2]!.annotations['summary']).toMatch(/is back at/);
  });
});

describe('a notifier that was started again', () => {
  const RULES = {hot: {metric: 'roce-bits-per-second', scope: 'fabric', value: 1e6, for: '2s'}};

  /** What a run tells that begins with what fired before, and what it keeps: `seconds` of traffic from `from` on. */
  function run(before: unknown, from: number, seconds: number, {loud = false, rules = RULES as object} = {}) {
    const fabric = new Fabric({depth: 600, flows: 10});
    const thresholds = new Thresholds(fabric, parseThresholds(rules));
    const told: Notice[] = [];
    let kept = before;
    const notifier = new Notifier(
      fabric,
      thresholds,
      (notices) => told.push(...notices),
      new FiringAlerts(before === undefined ? undefined : parseFiring(JSON.parse(JSON.stringify(before)))),
      (firing) => (kept = firing),
    );
    const builder = new PartialBuilder();
    const roce = loud ? new Array<number>(20).fill(4_178) : [];
    for (let bin = from; bin < from + 10 * seconds; bin++) {
      fabric.apply(builder.next(bin + 1, {rows: [{bin, port: 1, roce, other: [100]}]}));
      thresholds.advance();
      notifier.advance();
    }
    return {told, kept, fabric};
  }
  const names = (notices: readonly Notice[]) =>
    notices.map(({labels, endsAt}) => `${labels['alertname']} ${endsAt === undefined ? 'fires' : 'over'}`);

  it('tells that what fired is over when it does not fire again', () => {
    const first = run(undefined, T, 20, {loud: true});
    expect(names(first.told)).toEqual(['TenhertzThreshold fires']);
    expect(run(first.kept, T + 1_000, 30).told).toEqual([]);
    const second = run(first.kept, T + 1_000, 70);
    expect(names(second.told)).toEqual(['TenhertzThreshold over']);
    expect(second.told[0]!.labels).toEqual(first.told[0]!.labels);
    expect(second.told[0]!.startsAt).toBe(first.told[0]!.startsAt);
    expect(second.kept).toBeUndefined();
    expect(run(second.kept, T + 5_000, 70).told).toEqual([]);
  });

  it('tells what fires again as firing since then, and its end once', () => {
    const first = run(undefined, T, 20, {loud: true});
    const second = run(first.kept, T + 1_000, 70, {loud: true});
    expect(names(second.told)).toEqual(['TenhertzThreshold fires']);
    expect(second.told[0]!.startsAt).toBe(first.told[0]!.startsAt);
    expect(second.kept).toBeDefined();
  });

  it('ends at once what no rule watches any more', () => {
    const first = run(undefined, T, 20, {loud: true});
    expect(names(run(first.kept, T + 1_000, 3, {rules: {}}).told)).toEqual(['TenhertzThreshold over']);
  });

  it('takes who was silent for silent until it is heard', () => {
    const silent = [notice('10.0.0.1'), notice('10.0.0.9')];
    const {told, kept} = run(silent, T, 310);
    expect(told.map(({labels, endsAt}) => [labels['agent'], endsAt !== undefined])).toEqual([['10.0.0.1', true]]);
    expect(kept).toMatchObject([{labels: {agent: '10.0.0.9'}, startsAt: T0}]);
  });

  it('reads nothing else', () => {
    for (const data of [null, {}, [null], [{labels: {a: 1}}], [{...notice('a'), startsAt: 'x'}]]) {
      expect(() => parseFiring(data)).toThrow(/^holds/);
    }
  });
});

needs('prometheus')('the metrics of a webhook', () => {
  it('count requests by outcome, and what waits', async () => {
    const {get} = await makeHarness({webhook: {sent: 3, failed: 2, dropped: 1, waiting: 4}});
    const {text} = await get('/metrics');
    expect(text).toContain('tenhertz_webhook_requests_total{outcome="sent"} 3');
    expect(text).toContain('tenhertz_webhook_requests_total{outcome="failed"} 2');
    expect(text).toContain('tenhertz_webhook_alerts_dropped_total 1');
    expect(text).toContain('tenhertz_webhook_alerts_waiting 4');
    expect(promtoolCheck(text)).toBe('');
    expect((await (await makeHarness()).get('/metrics')).text).not.toContain('tenhertz_webhook');
  });
});
