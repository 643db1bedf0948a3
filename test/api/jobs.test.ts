import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {JobEngine} from '../../src/analysis/jobs/job-engine.ts';
import {parseJobNames} from '../../src/analysis/jobs/job-names.ts';
import {State} from '../../src/history/state.ts';
import {Store} from '../../src/history/store.ts';
import {analyseHere} from '../support/analyse.ts';
import {type FlowSamples, type SampleRow, T} from '../support/partial-builder.ts';
import {type Harness, type HarnessOptions, inject, makeHarness} from './harness.ts';

const HOSTS = 8;
const FRAMES = 30;
/** Packets that each host of a ring sends a second, by their numbers. */
const PACKETS = 29_000;
const host = (ring: number, at: number) => `10.${ring}.0.${(at % HOSTS) + 1}`;

/** A second of two rings of eight hosts on one switch, and two hosts that talk to each other. */
function second(bin: number): {flows: FlowSamples[]; rows: SampleRow[]} {
  const flows: FlowSamples[] = [];
  const rows: SampleRow[] = [];
  const lastPsn = 1 + ((((bin - T) / 10) * PACKETS) % 2 ** 24);
  const send = (port: number, source: string, destination: string, frames: number, ce = 0) => {
    const lengths = new Array<number>(frames).fill(4_178);
    flows.push({port, source, destination, lengths, ce, ttl: 64, lastPsn, followed: frames});
    rows.push({bin, port, roce: lengths});
  };
  for (const ring of [1, 2]) {
    for (let at = 0; at < HOSTS; at++) send(10 * ring + at, host(ring, at), host(ring, at + 1), FRAMES, ring - 1);
  }
  send(40, '10.9.0.1', '10.9.0.2', FRAMES);
  return {flows, rows};
}

/** A server that has seen the rings for so many seconds; with a folder, names are kept in it. */
async function watch(seconds: number, directory?: string) {
  const makeState = (fabric: Harness['fabric']) =>
    new State(fabric, directory === undefined ? undefined : new Store(directory, () => {}));
  // The faces are put on before there is an engine, which needs their fabric.
  let engine!: JobEngine;
  const jobs: HarnessOptions['jobs'] = {
    get report() {
      return engine.report;
    },
    over: (seconds) => engine.over(seconds),
    withName: (job, name) => engine.withName(job, name),
    setNames: (names) => engine.setNames(names),
  };
  const harness = await makeHarness({jobs, makeState});
  engine = new JobEngine(harness.fabric, analyseHere());
  engine.names = harness.context.state!.readJobNames(parseJobNames) ?? [];
  for (let i = 1; i <= seconds; i++) {
    const bin = T + 10 * i;
    harness.give(bin, {...second(bin - 1), isSecond: true});
    engine.advance();
  }
  return {...harness, engine, put: (url: string, body: unknown) => put(harness, url, body)};
}

function put({server}: Harness, url: string, body: unknown) {
  const headers = {host: '127.0.0.1:8008', 'content-type': 'application/json'};
  return inject(server, {method: 'PUT', url, headers, payload: JSON.stringify(body)});
}

/** What a frame of each second stands for: the builder's rate. */
const RATE = 1_000;

it('tells jobs with hosts, links, traffic, congestion and pattern', async () => {
  const {get} = await watch(20);
  const {status, json} = await get('/api/v1/jobs');
  expect(status).toBe(200);
  expect(json.window).toBe(10);
  expect(json.time).toBeLessThanOrEqual(json.finalBefore);
  expect(json.jobs).toHaveLength(2);
  const job = json.jobs.find(({hosts}: {hosts: {address: string}[]}) => hosts[0]!.address === host(2, 0));
  expect(job.hosts.map(({address}: {address: string}) => address)).toEqual(
    Array.from({length: HOSTS}, (_, at) => host(2, at)),
  );
  expect(job.links).toEqual(Array.from({length: HOSTS}, (_, at) => `10.0.0.1~${20 + at}`));
  expect(job.hosts[3]).toEqual({address: host(2, 3), name: null, link: '10.0.0.1~23'});
  expect(job).toMatchObject({
    name: null,
    until: null,
    probable: false,
    entering: null,
    period: null,
    steps: null,
    stragglers: 0,
    overlaps: [],
    mixedPeriods: [],
  });
  const rate = HOSTS * FRAMES * 4_178 * 8 * RATE;
  expect(job.roce.bitsPerSecond).toBeCloseTo(rate, -4);
  expect(job.roce.samples).toBe(10 * HOSTS * FRAMES);
  expect(job.roce.low).toBeLessThan(rate);
  expect(job.roce.high).toBeGreaterThan(rate);
  expect(job.congestion.ceShare).toBeCloseTo(1 / FRAMES, 5);
  expect(job.congestion.ceShareLow).toBeLessThan(1 / FRAMES);
  expect(job.pattern).toMatchObject({kind: 'ring', confidence: 1});
  expect(job.pattern.degree).toBeCloseTo(1, 5);
  expect(json.small).toEqual([
    {hosts: expect.arrayContaining(['10.9.0.1', '10.9.0.2']), bitsPerSecond: expect.closeTo(rate / HOSTS, -4)},
  ]);
  expect(json.services).toEqual([]);
  // None of so many samples: at most 3.69 of them, a quarter of one drawn in.
  const {cnpShare, cnpPerSecond, cnpLow, cnpHigh, cnpShareLow, cnpShareHigh} = job.congestion;
  expect([cnpShare, cnpPerSecond, cnpLow, cnpShareLow]).toEqual([0, 0, 0, 0]);
  expect(cnpHigh).toBeCloseTo((-Math.log(0.025) * RATE) / 10, 6);
  expect(cnpShareHigh).toBeCloseTo(1.96 ** 2 / (10 * HOSTS * FRAMES + 1.96 ** 2), 5);
  expect((await get(`/api/v1/operations?job=${job.id}`)).json).toMatchObject({scope: job.id, operations: []});
  expect((await get('/api/v1/operations?job=j9')).status).toBe(404);
  expect((await get(`/api/v1/operations?job=${job.id}&link=${job.links[0]}`)).status).toBe(400);
  const one = await get(`/api/v1/jobs/${job.id}`);
  const {byNumbers, ...rest} = one.json;
  expect(rest).toEqual({finalBefore: json.finalBefore, ...job});
  expect(byNumbers).toMatchObject({share: 1, retransmissions: 0});
  expect(byNumbers.packetsPerSecond).toBeCloseTo(HOSTS * PACKETS, 0);
  expect(byNumbers.high - byNumbers.packetsPerSecond).toBeGreaterThan(1_000);
  expect(byNumbers.high - byNumbers.packetsPerSecond).toBeLessThan(3_000);
  const {text} = await get('/metrics');
  expect(text).toContain('tenhertz_jobs 2');
  expect(text).toContain(`tenhertz_job_hosts{job="${job.id}"} 8`);
  expect(text).toContain(`tenhertz_job_info{job="${job.id}",name="",pattern="ring",probable="false"} 1`);
  expect(text).not.toContain('tenhertz_job_period_seconds{');
  const told = (suffix: string) =>
    Number(new RegExp(`^tenhertz_job_bytes_per_second${suffix}\\{job="${job.id}"\\} (.+)$`, 'm').exec(text)?.[1]);
  expect(told('') * 8).toBeCloseTo(job.roce.bitsPerSecond, -2);
  expect(told('_low') * 8).toBeCloseTo(job.roce.low, -2);
  expect(told('_high') * 8).toBeCloseTo(job.roce.high, -2);
});

it('tells when jobs appear and end', async () => {
  const {fabric, give, engine, get} = await watch(12);
  for (let i = 13; i < 40; i++) {
    give(T + 10 * i, {isSecond: true, heard: [{agent: '10.0.0.1', at: (T + 10 * i) * 100 - 50}]});
    engine.advance();
  }
  const kinds = fabric.events.after(0).flatMap(({kind, job}) => (job === undefined ? [] : [kind]));
  expect(kinds).toEqual(['job-appeared', 'job-appeared', 'job-ended', 'job-ended']);
  const {json} = await get('/api/v1/events?kind=job-ended');
  expect(json.events[0]).toMatchObject({level: 'info', figures: {hosts: HOSTS}, job: expect.stringMatching(/^j\d+$/)});
  const jobs = (await get('/api/v1/jobs')).json.jobs;
  expect(jobs).toHaveLength(2);
  expect(jobs[0].until).toBeGreaterThan(jobs[0].since);
  expect((await get('/metrics')).text).toContain('tenhertz_jobs 0');
});

it('takes names, and keeps them for the job of these hosts over a restart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenhertz-jobs-'));
  onTestFinished(() => rmSync(directory, {recursive: true}));
  const first = await watch(12, directory);
  const {id} = first.engine.report!.jobs[0]!;
  expect((await first.put(`/api/v1/jobs/${id}/name`, {name: ' llama '})).status).toBe(204);
  expect((await first.get(`/api/v1/jobs/${id}`)).json.name).toBe('llama');
  expect((await first.get('/metrics')).text).toContain(`{job="${id}",name="llama"`);
  const again = await watch(12, directory);
  const named = (await again.get('/api/v1/jobs')).json.jobs.filter(({name}: {name: string | null}) => name === 'llama');
  expect(named.map(({hosts}: {hosts: unknown}) => hosts)).toEqual([(await first.get(`/api/v1/jobs/${id}`)).json.hosts]);
  expect((await again.put(`/api/v1/jobs/${named[0].id}/name`, {name: null})).status).toBe(204);
  expect((await again.get(`/api/v1/jobs/${named[0].id}`)).json.name).toBeNull();
  expect((await watch(12, directory)).engine.report!.jobs.map(({name}) => name)).toEqual([undefined, undefined]);
});

it('refuses what is no name, and a job that there is not', async () => {
  const {put, get, engine} = await watch(12);
  const {id} = engine.report!.jobs[0]!;
  for (const body of [{}, {name: ''}, {name: 7}, {name: 'a\u0007'}, {name: 'x'.repeat(256)}, 'llama', null]) {
    const {status, json} = await put(`/api/v1/jobs/${id}/name`, body);
    expect([status, json.status], JSON.stringify(body)).toEqual([400, 400]);
  }
  expect((await put('/api/v1/jobs/j99/name', {name: 'x'})).status).toBe(404);
  expect((await get('/api/v1/jobs/j99')).status).toBe(404);
});

it('tells who sends to whom, by host, switch and rail, and what is left out', async () => {
  const {get, engine} = await watch(20);
  const {json} = await get('/api/v1/matrix?top=18');
  expect(json).toMatchObject({by: 'host', window: 10, restBitsPerSecond: 0});
  expect(json.rows).toHaveLength(18);
  expect(json.columns).toEqual(json.rows);
  const at = (address: string) => json.rows.indexOf(address);
  const rate = FRAMES * 4_178 * 8 * RATE;
  expect(json.bitsPerSecond[at(host(1, 2))][at(host(1, 3))]).toBeCloseTo(rate, -3);
  expect(json.bitsPerSecond[at(host(1, 3))][at(host(1, 2))]).toBe(0);
  expect(json.low[at(host(1, 2))][at(host(1, 3))]).toBeLessThan(rate);
  expect(json.high[at(host(1, 2))][at(host(1, 3))]).toBeGreaterThan(rate);
  // Where there was no sample there may have been traffic: 3.69 of the samples that there were not.
  const unseen = (-Math.log(0.025) * 4_178 * RATE * 8) / 10;
  expect(json.low[at(host(1, 3))][at(host(1, 2))]).toBe(0);
  expect(json.high[at(host(1, 3))][at(host(1, 2))]).toBeCloseTo(unseen, -1);
  expect(json.restLow).toBe(0);
  expect(json.restHigh).toBeCloseTo(unseen, -1);
  // Who only receives is taken for like the others.
  expect(json.high[at('10.9.0.2')][at('10.9.0.1')]).toBeCloseTo(unseen, -1);
  const all = 17 * rate;
  const few = (await get('/api/v1/matrix?top=2')).json;
  const told = few.bitsPerSecond.flat().reduce((sum: number, value: number) => sum + value, 0);
  expect(few.rows).toHaveLength(2);
  expect(told + few.restBitsPerSecond).toBeCloseTo(all, -4);
  expect(few.restLow).toBeLessThan(few.restBitsPerSecond);
  expect(few.restLow).toBeGreaterThan(0.9 * few.restBitsPerSecond);
  expect(few.restHigh).toBeGreaterThan(few.restBitsPerSecond);
  expect(few.restHigh).toBeLessThan(1.1 * few.restBitsPerSecond);
  const bySwitch = (await get('/api/v1/matrix?by=switch')).json;
  // Hosts that send nothing have no place.
  expect(bySwitch.rows).toEqual(['10.0.0.1', 'unknown']);
  const byRail = (await get('/api/v1/matrix?by=rail')).json;
  const ids = engine.report!.jobs.map(({id}) => id);
  expect(byRail.rows.toSorted()).toEqual([...ids, 'no job'].toSorted());
  expect(byRail.bitsPerSecond[byRail.rows.indexOf(ids[0])][byRail.rows.indexOf(ids[1])]).toBe(0);
  const longer = (await get('/api/v1/matrix?window=16s')).json;
  expect(longer.window).toBe(16);
  expect(longer.bitsPerSecond[longer.rows.indexOf(host(1, 2))][longer.rows.indexOf(host(1, 3))]).toBeCloseTo(rate, -3);
  expect((await get('/api/v1/matrix?window=60s')).json.window).toBeLessThan(22);
  expect((await get('/api/v1/matrix?window=2s&by=rail')).json).toMatchObject({window: 2, rows: byRail.rows});
  for (const window of ['1s', '3s', '62s', '500ms', 'x']) {
    expect((await get(`/api/v1/matrix?window=${window}`)).status).toBe(400);
  }
  expect((await get('/api/v1/matrix?by=rack')).status).toBe(400);
  expect((await get('/api/v1/matrix?top=1000')).status).toBe(400);
});

it('answers without an engine, and before its first look', async () => {
  const {get} = await makeHarness();
  expect((await get('/api/v1/jobs')).json).toMatchObject({time: null, window: null, jobs: [], services: [], small: []});
  expect((await get('/api/v1/matrix')).json).toMatchObject({time: null, rows: [], bitsPerSecond: [], restHigh: null});
});
