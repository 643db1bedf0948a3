import {expect, it} from 'vitest';
import {recordsPage} from '../support/records-page.ts';

it('docs/sflow-records.md says what the table of formats says', async () => {
  await expect(recordsPage()).toMatchFileSnapshot('../../docs/sflow-records.md');
});
