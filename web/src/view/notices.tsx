import type {ComponentChildren} from 'preact';
import {useApp} from '../app.ts';
import {grouped, plural} from '../format.ts';
import {InfoIcon, WarnIcon} from './icons.tsx';

interface NoticeProps {
  kind: 'quiet' | 'warn' | 'bad';
  testId: string;
  children: ComponentChildren;
}

function Notice({kind, testId, children}: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'} data-testid={testId}>
      {kind === 'quiet' ? <InfoIcon /> : <WarnIcon />}
      <div>{children}</div>
    </div>
  );
}

/** What is unusual about what is seen, one line each; nothing at all when nothing is. */
export function Notices() {
  const {store, connection} = useApp();
  const summary = store.summary.value;
  return (
    <div class="notices">
      {connection.status.value === 'lost' && <Lost />}
      {summary?.demo === true && (
        <Notice kind="quiet" testId="notice-demo">
          Demo: the traffic is simulated. No switch is connected.
        </Notice>
      )}
      {summary !== null && summary.agentsMissing.length > 0 && (
        <Notice kind="warn" testId="notice-silent">
          <strong>{plural(summary.agentsMissing.length, 'switch', 'switches')} silent:</strong>{' '}
          {summary.agentsMissing.slice(0, 5).join(', ')}
          {summary.agentsMissing.length > 5 && ` and ${summary.agentsMissing.length - 5} more`}. Its links show a
          hatched gap and are missing from the sum.
        </Notice>
      )}
      {store.measure.value === 'all' && summary !== null && (
        <Notice kind="warn" testId="notice-no-roce">
          <strong>No RoCEv2 in {plural(summary.totals.flowSamples, 'sample')} so far;</strong> the charts show all
          traffic. Three things hide it: the switch samples fewer than 64 bytes of a header, RDMA runs on another port
          than UDP 4791, or it travels in a tunnel whose inner header is cut off.
        </Notice>
      )}
    </div>
  );
}

function Lost() {
  const {page, connection} = useApp();
  void page.tick.value;
  const now = performance.now();
  const wait = Math.ceil((connection.retryAt - now) / 1000);
  return (
    <Notice kind="bad" testId="notice-lost">
      <strong>Connection lost {grouped(Math.floor((now - connection.lostAt) / 1000))} s ago.</strong> The last data
      stays below. {connection.retryAt > 0 && wait > 0 ? `Trying again in ${wait} s. ` : 'Trying again now. '}
      <button type="button" class="link-button" onClick={() => connection.open()}>
        Try now
      </button>
    </Notice>
  );
}
