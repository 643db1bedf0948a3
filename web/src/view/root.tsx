import {useApp} from '../app.ts';
import type {Place} from '../url.ts';
import {Announcer} from './announcer.tsx';
import {AttentionPanel} from './attention-panel.tsx';
import {CongestionPage} from './congestion/congestion-page.tsx';
import {Help} from './dialogs.tsx';
import {EventStrip} from './event-strip.tsx';
import {Figures} from './figures.tsx';
import {Finder} from './finder.tsx';
import {FlowsPanel} from './flows-panel.tsx';
import {HealthPage} from './health/health-page.tsx';
import {HeatmapPage} from './heat/heatmap-page.tsx';
import {HeatmapPanel} from './heat/heatmap-panel.tsx';
import {JobsPage} from './jobs/jobs-page.tsx';
import {LinksPanel} from './links-panel.tsx';
import {Login} from './login.tsx';
import {MatrixPage} from './matrix/matrix-page.tsx';
import {MetricsPage} from './metrics/metrics-page.tsx';
import {Notices} from './notices.tsx';
import {PastNote} from './past-of.tsx';
import {QueryDialog} from './query-dialog.tsx';
import {Setup} from './setup.tsx';
import {TopBar} from './topbar.tsx';
import {TotalPanel} from './total-panel.tsx';

/** The page: which view is shown follows from what was received. */
export function Root() {
  const {page} = useApp();
  return (
    <>
      <TopBar />
      <Body />
      {page.dialog.value === 'help' && <Help />}
      {page.dialog.value === 'find' && <Finder />}
      {page.dialog.value === 'query' && <QueryDialog />}
      <Announcer />
    </>
  );
}

function Body() {
  const {phase, connection, page} = useApp();
  // Data health has something to say before the first sample, too.
  if (page.place.value === 'health' && (phase.value === 'charts' || phase.value === 'setup')) return <HealthPage />;
  switch (phase.value) {
    case 'login':
      return <Login />;
    case 'setup':
      return (
        <>
          <Notices />
          <Setup />
        </>
      );
    case 'connecting':
      return (
        <main class="setup connecting">
          <Notices />
          {connection.status.value !== 'lost' && <p class="lead">Connecting to the server…</p>}
        </main>
      );
    case 'charts':
      return <Charts place={page.place.value} />;
  }
}

function Charts({place}: {place: Place}) {
  switch (place) {
    case 'heatmap':
      return <HeatmapPage />;
    case 'metrics':
      return <MetricsPage />;
    case 'jobs':
      return <JobsPage />;
    case 'matrix':
      return <MatrixPage />;
    case 'congestion':
      return <CongestionPage />;
    default:
      return <Overview />;
  }
}

/** "Fabric": one glance, one sentence. */
function Overview() {
  const {connection, store, page} = useApp();
  return (
    <main class={`charts ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="charts">
      <div class="top">
        <Notices />
        <Figures />
        <AttentionPanel />
        <EventStrip />
      </div>
      <LinksPanel />
      <TotalPanel />
      {page.isPast.value ? <NoMap /> : <HeatmapPanel />}
      {store.measure.value === 'roce' && <FlowsPanel />}
    </main>
  );
}

/** In place of the map where the window reaches further back than it. */
function NoMap() {
  const {page} = useApp();
  return (
    <section class="panel heat reach" aria-labelledby="reach-title" data-testid="no-map">
      <h2 id="reach-title">How far back this goes</h2>
      <p>
        <PastNote id="" />. The map of every link needs single bins.{' '}
        <button type="button" class="quiet-button" onClick={() => page.choose(300)}>
          Show 5 min
        </button>
      </p>
    </section>
  );
}
