import {describe, expect, it} from 'vitest';
import type {OperationRow, SampleRow} from '../support/partial-builder.ts';
import {T} from '../support/partial-builder.ts';
import {type Harness, makeHarness} from './harness.ts';

const write = (fields: Partial<OperationRow> = {}): OperationRow => ({
  kind: 0x06,
  lengths: [4_174],
  reths: [65_536],
  ...fields,
});

/** Two seconds of one switch with two ports: all of them edge. */
async function start(
  operations: OperationRow[] = [write(), write({port: 2}), {kind: 0x11, lengths: [66], credits: [24]}],
) {
  const harness = await makeHarness();
  const rows = [1, 2].map((port): SampleRow => ({bin: T - 1, port, roce: [100]}));
  harness.give(T, {rows, operations: []});
  harness.give(T + 10, {operations});
  return harness;
}

const get = async (harness: Harness, query = '') => (await harness.get(`/api/v1/operations${query}`)).json;

describe('/operations', () => {
  it('adds up what enters at edge links', async () => {
    const answer = await get(await start());
    expect(answer).toMatchObject({finalBefore: (T - 3) * 100, window: 1, scope: 'fabric'});
    expect(
      answer.operations.map(({name, framesPerSecond}: Record<string, unknown>) => [name, framesPerSecond]),
    ).toEqual([
      ['RDMA WRITE First', 2_000],
      ['Acknowledge', 1_000],
    ]);
    expect(answer.rdma).toMatchObject({operationsPerSecond: 2_000, bytesPerOperation: 65_536, samples: 2});
    expect(answer.credits).toEqual({average: 24, min: 24, max: 24, samples: 1});
    expect(answer.naks).toHaveLength(6);
  });

  it('tells of one agent, and of one link', async () => {
    const harness = await start();
    expect(await get(harness, '?agent=10.0.0.1')).toMatchObject({scope: '10.0.0.1', rdma: {samples: 2}});
    expect(await get(harness, '?link=10.0.0.1~2')).toMatchObject({
      ...{scope: '10.0.0.1~2', rdma: {samples: 1}, credits: {average: null, samples: 0}},
    });
  });

  it('is empty, and not zero, where nothing is known', async () => {
    const harness = await makeHarness();
    const answer = await get(harness);
    expect(answer).toMatchObject({window: 0, operations: [], rdma: {operationsPerSecond: null}, finalBefore: 0});
    expect(answer.rnrPerSecond).toEqual({perSecond: null, low: null, high: null, samples: 0});
  });

  it.each([
    ['?agent=10.9.9.9', 404],
    ['?link=10.0.0.1~77', 404],
    ['?agent=10.0.0.1&link=10.0.0.1~1', 400],
  ])('answers %s with %d', async (query, status) => {
    const harness = await start();
    const answer = await harness.get(`/api/v1/operations${query}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});

describe('the metrics of operations', () => {
  it('are told by name, in base units', async () => {
    const rows = [
      write(),
      {kind: 256 + 2, lengths: [1_000]},
      {kind: 0x11, lengths: [66], nakSequence: 1, credits: [24]},
    ];
    const {text} = await (await start(rows)).get('/metrics');
    const told = text.split('\n').filter((line) => /^tenhertz_(operations|rdma|aeth|naks)/.test(line));
    expect(told).toEqual([
      'tenhertz_operations_frames_per_second{transport="RC",name="RDMA WRITE First"} 1000',
      'tenhertz_operations_frames_per_second{transport="UET",name="request"} 1000',
      'tenhertz_operations_frames_per_second{transport="RC",name="Acknowledge"} 1000',
      'tenhertz_rdma_operations_per_second 1000',
      'tenhertz_rdma_bytes_per_operation 65536',
      'tenhertz_aeth_credits{stat="average"} 24',
      'tenhertz_aeth_credits{stat="min"} 24',
      'tenhertz_aeth_credits{stat="max"} 24',
      'tenhertz_naks_per_second{code="psn_sequence_error"} 1000',
      'tenhertz_naks_per_second{code="invalid_request"} 0',
      'tenhertz_naks_per_second{code="remote_access_error"} 0',
      'tenhertz_naks_per_second{code="remote_operational_error"} 0',
      'tenhertz_naks_per_second{code="invalid_rd_request"} 0',
      'tenhertz_naks_per_second{code="reserved"} 0',
      'tenhertz_naks_per_second{code="receiver_not_ready"} 0',
    ]);
  });
});
