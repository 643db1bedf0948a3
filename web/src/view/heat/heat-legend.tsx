import {type App, useApp} from '../../app.ts';
import {heatStops} from '../../chart/palette.ts';
import {bitRate, clock, percent, THIN, UNKNOWN} from '../../format.ts';
import type {MapModel} from './model.ts';

/** Colours of the map, and the link and instant that are pointed at. */
export function HeatLegend({model}: {model: MapModel}) {
  const app = useApp();
  const {page, store} = app;
  void page.tick.value;
  void page.cursor.value;
  return (
    <div class="legend heat-legend" data-testid="heat-legend">
      <div class="scale">
        <span
          class="ramp"
          style={{backgroundImage: `linear-gradient(90deg, ${heatStops(app.palette.value.dark).join(', ')})`}}
        />
        <span class="ends">
          <span>idle</span>
          <span>line rate</span>
        </span>
      </div>
      <Hovered model={model} />
      {store.summary.value !== null && store.summary.value.agentsMissing.length > 0 && (
        <p class="hint">
          <span class="hatched" /> hatched: no data, the switch is silent
        </p>
      )}
    </div>
  );
}

function Hovered({model}: {model: MapModel}) {
  const app = useApp();
  const {page, store} = app;
  const link = model.hovered.value;
  if (link === null) return <p class="hint">Point at a row to name it. Click adds it to the lanes.</p>;
  const bin = page.cursorBin() ?? store.finalBin - 1;
  const cell = cellAt(app, link.slot, bin);
  const share = cell === 0 ? null : (cell - 1) / 254;
  const late = model.latenessOf([...new Set([link.slot, ...model.rows.value.slots])])[0] ?? Number.NaN;
  const job = model.jobs.value.find(({links}) => links.has(link.id));
  return (
    <div class="hovered" data-testid="heat-hover">
      <strong>{link.name}</strong>
      <span class="detail">
        {link.agent}
        {link.peer !== undefined && ` to ${link.peer}`}
        {model.others.value > 0 && ` and ${model.others.value} more on this line`}
      </span>
      <span class="value">
        {share === null ? UNKNOWN : `${percent(share)} %`}
        {share !== null && link.speed !== null && <span class="detail"> {bitRate(share * link.speed)}</span>}
      </span>
      <span class="detail">at {clock(bin * 100, true)}</span>
      {job !== undefined && <span class="detail">{job.name}</span>}
      {!Number.isNaN(late) && (
        <span class="detail">
          beat{' '}
          {Math.abs(late) < 0.5 ? 'in step' : `${Math.abs(late).toFixed(0)}${THIN}ms ${late > 0 ? 'late' : 'early'}`}
        </span>
      )}
    </div>
  );
}

function cellAt(app: App, slot: number, bin: number): number {
  const offset = app.store.heat.offsetOf(bin);
  return offset < 0 ? 0 : app.store.heat.cells[offset + slot]!;
}
