import {useSignal} from '@preact/signals';
import {useRef} from 'preact/hooks';
import {useApp} from '../app.ts';
import {grouped, plural} from '../format.ts';
import {Choice} from './controls.tsx';
import {copyText} from './copy.ts';
import {CheckIcon, CopyIcon} from './icons.tsx';
import {switchConfigs} from './switch-configs.ts';

interface StepProps {
  done: boolean;
  active: boolean;
  title: string;
  detail: string;
}

function Step({done, active, title, detail}: StepProps) {
  return (
    <li class={done ? 'done' : active ? 'active' : ''} data-testid="step" data-done={done}>
      <span class="tick" aria-hidden="true">
        {done && <CheckIcon />}
      </span>
      <span class="title">
        {title}
        <span class="sr-only">{done ? ', done' : ', waiting'}</span>
      </span>
      <span class="detail">{detail}</span>
    </li>
  );
}

/** Nothing received yet: what is missing, and how to make a switch send. */
export function Setup() {
  const {store} = useApp();
  const summary = store.summary.value;
  if (summary === null) return null;
  const {totals, udpPort, source} = summary;
  const heard = totals.datagrams > 0;
  const sampled = totals.flowSamples > 0;
  return (
    <main class="setup" data-testid="setup">
      <section class="panel checklist" aria-labelledby="setup-title">
        <h1 id="setup-title">Waiting for the first switch</h1>
        <p class="lead">The charts open by themselves as soon as a sample arrives.</p>
        <ol class="steps">
          <Step
            done
            active={false}
            title={udpPort === null ? `Reading ${source}` : `Listening on UDP port ${udpPort}`}
            detail={udpPort === null ? 'a recording' : summary.addresses.join(', ')}
          />
          <Step
            done={heard}
            active={!heard}
            title="First datagram"
            detail={
              heard
                ? `${grouped(totals.datagrams)} received${totals.rejected > 0 ? `, ${grouped(totals.rejected)} rejected` : ''}`
                : 'nothing yet: is the switch configured, and does a firewall let UDP through?'
            }
          />
          <Step
            done={sampled}
            active={heard && !sampled}
            title="First flow sample"
            detail={
              sampled
                ? `${plural(totals.flowSamples, 'sample')}`
                : heard
                  ? 'only counters so far: is packet sampling enabled on the ports?'
                  : 'a packet header that the switch picked'
            }
          />
          <Step
            done={totals.roceSamples > 0}
            active={sampled && totals.roceSamples === 0}
            title="First RoCEv2"
            detail="UDP port 4791 in a sampled header"
          />
        </ol>
        <p class="hint demo-hint">
          No switch at hand? <code>npm run demo</code> shows this page with a simulated cluster.
        </p>
      </section>
      {udpPort !== null && <Configs addresses={summary.addresses} port={udpPort} />}
    </main>
  );
}

function Configs({addresses, port}: {addresses: string[]; port: number}) {
  const chosen = useSignal('eos');
  const address = useSignal(0);
  const copied = useSignal(false);
  const text = useRef<HTMLPreElement>(null);
  const target = addresses[address.value] ?? addresses[0] ?? location.hostname;
  const configs = switchConfigs(target, port);
  const config = configs.find((c) => c.id === chosen.value) ?? configs[0]!;
  const copy = async (): Promise<void> => {
    if (await copyText(config.text, text.current)) {
      copied.value = true;
      setTimeout(() => {
        copied.value = false;
      }, 2000);
    }
  };
  return (
    <section class="panel configs" aria-labelledby="configs-title">
      <header>
        <h2 id="configs-title">Point a switch here</h2>
        {addresses.length < 2 && <p>with this server’s address filled in</p>}
        {addresses.length > 1 && (
          <label class="select">
            Address
            <select value={address.value} onChange={(event) => (address.value = Number(event.currentTarget.value))}>
              {addresses.map((a, i) => (
                <option key={a} value={i}>
                  {a}
                </option>
              ))}
            </select>
          </label>
        )}
      </header>
      <div class="controls">
        <Choice
          label="Switch"
          testId="vendor"
          value={config.id}
          options={configs.map((c) => ({value: c.id, label: c.name}))}
          onChoose={(id) => (chosen.value = id)}
        />
      </div>
      <div class="code">
        <pre ref={text} data-testid="config">
          {config.text}
        </pre>
        <button type="button" class="button" data-testid="copy" onClick={() => void copy()}>
          {copied.value ? <CheckIcon /> : <CopyIcon />} {copied.value ? 'Copied' : 'Copy'}
        </button>
      </div>
      <p class="hint">{config.note}</p>
      <p class="hint more-hint">
        Have the headers sampled at 128 bytes, and the rate so that a busy port gives a few samples in 100 ms: the bands
        on the charts show how far a rate carries.
      </p>
    </section>
  );
}
