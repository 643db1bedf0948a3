import {expect, test} from 'vitest';
import {queuePairText} from '../../src/shared/queue-pair.ts';

test('numbers of queue pairs have six digits, as those of 24 bits do', () => {
  expect([0, 17, 0x12ab, 0xffffff].map(queuePairText)).toEqual(['0x000000', '0x000011', '0x0012ab', '0xffffff']);
});
