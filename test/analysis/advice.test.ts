import {describe, expect, it} from 'vitest';
import {adviseOnAgent, adviseOnPort, lineFrames, roundDown, roundUp, TYPICAL_FRAME} from '../../src/analysis/advice.ts';

describe('advice on a port', () => {
  it('counts what a full line gives', () => {
    // 100 Gbit/s of frames that take 4,198 bytes of the line each.
    expect(lineFrames(100e9, TYPICAL_FRAME)).toBeCloseTo(2_977_608, 0);
    const advice = adviseOnPort(100e9, 10_000, TYPICAL_FRAME);
    expect(advice.samplesPerSecondAtLineRate).toBeCloseTo(297.8, 1);
    expect(advice.errorAtLineRate).toBeCloseTo(1.96 / Math.sqrt(29.78), 3);
    expect(advice.suggestedRate).toBe(2_000);
  });

  it.each([
    [400e9, 4_178],
    [100e9, 1_088],
    [10e9, 9_018],
    [1e9, 64],
  ])('suggests for %d bit/s of %d-byte frames a rate that gives ± 20 %, and is not needlessly low', (speed, frame) => {
    const {suggestedRate} = adviseOnPort(speed, 1_000, frame);
    expect(adviseOnPort(speed, suggestedRate, frame).errorAtLineRate).toBeLessThanOrEqual(0.2);
    const next = roundUp(suggestedRate + 1);
    expect(adviseOnPort(speed, next, frame).errorAtLineRate).toBeGreaterThan(0.2);
  });

  it('suggests every frame where that is not enough', () => {
    expect(adviseOnPort(1e6, 1, TYPICAL_FRAME).suggestedRate).toBe(1);
  });
});

describe('advice on an agent', () => {
  const ports = (count: number, speed: number, rate: number) =>
    Array.from({length: count}, () => ({speed, rate, frame: TYPICAL_FRAME}));

  it('adds up its ports against the policer', () => {
    const {samplesPerSecondAtLineRate, policer, suggestedRate, text} = adviseOnAgent(ports(64, 400e9, 10_000), 1_234);
    expect(samplesPerSecondAtLineRate).toBeCloseTo((64 * 11_910_434) / 10_000, 0);
    expect(policer).toMatchObject({limit: 8_000});
    expect(policer.share).toBeCloseTo(9.53, 2);
    expect(suggestedRate).toBe(100_000);
    expect(text).toContain('76,227 samples a second');
    expect(text).toContain('1 in 100,000 would fit, but ± 20 % needs 1 in 10,000');
  });

  it('says when there is room', () => {
    expect(adviseOnAgent(ports(2, 400e9, 10_000), null).text).toContain('within the 8,000');
    expect(adviseOnAgent(ports(2, 100e9, 10_000), null).text).toContain('needs 1 in 2,000, which it has room for');
  });

  it('says when ± 20 % would be too much for it', () => {
    const {text} = adviseOnAgent(ports(64, 100e9, 50_000), null);
    expect(text).toContain('more than it is assumed to take');
  });

  it('says that it knows nothing', () => {
    expect(adviseOnAgent([], 12)).toMatchObject({
      samplesPerSecond: 12,
      samplesPerSecondAtLineRate: null,
      policer: {share: null},
      suggestedRate: null,
    });
  });
});

it('round numbers', () => {
  expect([0.3, 1, 1.9, 2, 4.9, 5, 9, 10, 1_999, 3_100].map(roundDown)).toEqual([1, 1, 1, 2, 2, 5, 5, 10, 1_000, 2_000]);
  expect([0.3, 1, 1.1, 2, 2.1, 6, 10, 11, 1_001, 5_100].map(roundUp)).toEqual([
    1, 1, 2, 2, 5, 10, 10, 20, 2_000, 10_000,
  ]);
});
