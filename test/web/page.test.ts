import {describe, expect, test} from 'vitest';
import type {LinkInfo} from '../../src/shared/live.ts';
import {Page} from '../../web/src/page.ts';
import {Store} from '../../web/src/store.ts';
import {matching} from '../../web/src/view/finder.tsx';
import {switchConfigs} from '../../web/src/view/switch-configs.ts';

const links = Array.from(
  {length: 40},
  (_, slot): LinkInfo => ({
    slot,
    id: `10.0.0.1~${slot + 1}`,
    agent: '10.0.0.1',
    ifIndex: slot + 1,
    name: `Ethernet${slot + 1}`,
    role: slot < 30 ? 'edge' : 'core',
    speed: 1e11,
  }),
);

function page(newest = 10_000): Page {
  const store = new Store();
  store.begin({newestBin: newest, finalBin: newest - 11, serverTime: 0, snapshot: true, skipped: false}, 0);
  store.linkList.value = links;
  let seed = 7;
  return new Page(store, () => (seed = (seed * 16807) % 2147483647) / 2147483647);
}

describe('rolling', () => {
  test('draws five different edge links, others each time', () => {
    const p = page();
    p.reroll();
    const first = [...p.links.value];
    expect(new Set(first).size).toBe(5);
    for (const id of first) expect(Number(id.split('~')[1])).toBeLessThanOrEqual(30);
    p.reroll();
    expect(p.links.value).not.toEqual(first);
  });

  test('keeps what is pinned', () => {
    const p = page();
    p.reroll();
    const kept = p.links.value[2]!;
    p.togglePin(kept);
    for (let i = 0; i < 20; i++) {
      p.reroll();
      expect(p.links.value).toContain(kept);
      expect(new Set(p.links.value).size).toBe(5);
    }
  });

  test('what is added by hand is pinned, and never more than eight are shown', () => {
    const p = page();
    p.reroll();
    for (const link of links.slice(30, 36)) p.add(link.id);
    expect(p.links.value).toHaveLength(8);
    for (const link of links.slice(30, 36)) expect(p.links.value).toContain(link.id);
    p.remove(links[30]!.id);
    expect(p.pins.value.has(links[30]!.id)).toBe(false);
  });

  test('a colour stays with its link', () => {
    const p = page();
    p.links.value = ['a~1', 'a~2', 'a~3'];
    expect(p.links.value.map((id) => p.colourOf(id))).toEqual([0, 1, 2]);
    p.links.value = ['a~2', 'a~3', 'a~9'];
    expect(p.links.value.map((id) => p.colourOf(id))).toEqual([1, 2, 0]);
  });
});

describe('time', () => {
  test('live it ends at the newest bin, held it stays', () => {
    const p = page();
    expect(p.span()).toEqual({from: 9851, to: 10_001});
    p.pause();
    p.choose(60);
    expect(p.span()).toEqual({from: 9401, to: 10_001});
    p.resume();
    expect(p.frozen.value).toBeNull();
  });

  test('zooming keeps a least width and never leaves the data at the right', () => {
    const p = page();
    p.zoom(9990, 9991);
    expect(p.span().to - p.span().from).toBe(5);
    p.zoom(9950, 10_500);
    expect(p.span().to).toBeLessThanOrEqual(10_001);
  });

  test('the crosshair keeps its distance from the right edge', () => {
    const p = page();
    p.moveCursor(-1);
    expect(p.cursorBin()).toBe(10_000);
    p.moveCursor(-1);
    expect(p.cursorBin()).toBe(9999);
    p.moveCursor(5);
    expect(p.cursorBin()).toBe(10_000);
  });
});

test('links are found by every word, names that match first', () => {
  expect(matching(links, 'ethernet1')[0]?.name).toBe('Ethernet1');
  expect(matching(links, '10.0.0.1~7').map((l) => l.ifIndex)).toEqual([7]);
  expect(matching(links, 'ether 0.1 33')).toHaveLength(1);
  expect(matching(links, 'nothing')).toEqual([]);
});

test('every configuration names the address and the port of this server', () => {
  const configs = switchConfigs('192.0.2.9', 6344);
  expect(configs.map((c) => c.id)).toEqual(['eos', 'cumulus', 'sonic', 'junos']);
  for (const config of configs) {
    const line = config.text.split('\n').find((l) => l.includes('192.0.2.9'));
    expect(line, config.name).toContain('6344');
  }
});
