import type {Clock} from '../../clock.ts';
import type {Advance} from '../../fabric/fabric.ts';
import {FABRIC_SCOPE, type Scope} from '../../fabric/reader.ts';
import {directionOf} from '../../fabric/rows.ts';
import {REVISED_BINS} from '../../shared/bins.ts';
import {
  DIRECTION_NAMES,
  type DirectionName,
  FrameFlag,
  type JsonFrame,
  MEASURE_NAMES,
  type MeasureName,
} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {
  fabricBlock,
  frameHeader,
  heatmapBlock,
  jsonSeries,
  linkBlock,
  readColumns,
  type SeriesColumns,
} from './blocks.ts';
import type {LiveClient} from './client.ts';
import {type Edition, Editions} from './editions.ts';
import {HeatColumns} from './heat.ts';
import type {Subscription} from './subscription.ts';

/** A map that nobody has looked at for a minute is let go. */
const UNSEEN_BINS = 600;

/**
 * Sends every client its frame, once a bin. Whatever two clients have in common is read and encoded once: the columns
 * and blocks of a bin live in `cache` until the next one.
 */
export class LiveHub {
  readonly clients = new Set<LiveClient>();
  /** Frames sent, and bins that slow clients did not get, since the start. */
  framesSent = 0;
  binsSkipped = 0;
  private readonly context: Context;
  private readonly clock: Clock;
  /** By measure and directions, those that somebody looks at. */
  private readonly heat = new Map<string, HeatColumns>();
  private readonly editions: Editions;
  private readonly cache = new Map<string, unknown>();

  constructor(context: Context, clock: Clock) {
    this.context = context;
    this.clock = clock;
    this.editions = new Editions(context);
  }

  /** A new bin is complete: everybody gets it, but for those who have not taken the last ones yet. */
  advance(advance: Advance): void {
    const {from, newest} = advance;
    this.cache.clear();
    for (const [key, heat] of this.heat) {
      if (newest - heat.askedBin > UNSEEN_BINS) this.heat.delete(key);
      else heat.note(advance);
    }
    for (const client of this.clients) {
      if (!client.subscription) continue;
      if (client.isSlow) {
        client.skippedBins++;
        this.binsSkipped++;
      } else if (client.wantsSnapshot) {
        this.snapshot(client);
      } else if (client.skippedBins > 0) {
        this.send(client, newest - REVISED_BINS + 1, FrameFlag.Skipped);
      } else {
        this.send(client, from, 0);
      }
    }
  }

  /** Answers a subscription at once; one that has yet to take what was sent before gets it with a later bin. */
  snapshot(client: LiveClient): void {
    if (client.isSlow) return;
    client.wantsSnapshot = false;
    const history = Math.max(1, client.subscription!.history);
    this.send(client, this.context.fabric.newest - history + 1, FrameFlag.Snapshot);
  }

  private send(client: LiveClient, from: number, flags: number): void {
    const {fabric} = this.context;
    client.skippedBins = 0;
    const news = [...client.subscription!.topics]
      .map((name) => this.editions.get(name, client.sent.get(name)))
      .filter(({name, version}) => client.sent.get(name) !== version);
    for (const {name, version} of news) client.sent.set(name, version);
    const first = Math.max(from, fabric.firstBin);
    client.socket.send(
      client.isJson
        ? JSON.stringify(this.jsonFrame(client.subscription!, first, flags, news))
        : this.binaryFrame(client.subscription!, first, flags, news),
    );
    this.framesSent++;
  }

  private binaryFrame(wanted: Subscription, from: number, flags: number, news: readonly Edition[]): Buffer {
    const {fabric} = this.context;
    const blocks: Buffer[] = [];
    if (this.hasBins) {
      if (wanted.fabric) blocks.push(this.fabricBlock(from));
      for (const id of wanted.links) {
        for (const direction of wanted.directions) {
          const block = this.linkBlock(id, direction, wanted, from);
          if (block) blocks.push(block);
        }
      }
      if (wanted.heatmap && fabric.ports.slots > 0) blocks.push(this.heatmapBlock(wanted, from));
    }
    for (const {block} of news) blocks.push(block);
    const {newestBin, finalBin, serverTime} = this.header();
    return Buffer.concat([frameHeader(flags, blocks.length, newestBin, finalBin, serverTime), ...blocks]);
  }

  private jsonFrame(wanted: Subscription, from: number, flags: number, news: readonly Edition[]): JsonFrame {
    const {fabric} = this.context;
    const frame: JsonFrame = {
      ...this.header(),
      snapshot: (flags & FrameFlag.Snapshot) !== 0,
      skipped: (flags & FrameFlag.Skipped) !== 0,
    };
    if (news.length > 0) frame.topics = news.map(({topic}) => topic);
    if (!this.hasBins) return frame;
    if (wanted.fabric) {
      frame.fabric = {
        roce: jsonSeries(this.columns(FABRIC_SCOPE, 'roce', from)),
        all: jsonSeries(this.columns(FABRIC_SCOPE, 'all', from)),
      };
    }
    const {measure} = wanted;
    frame.links = wanted.links.flatMap((id) =>
      wanted.directions.flatMap((direction) => {
        const scope = this.linkScope(id, direction);
        return scope ? {id, measure, direction, ...jsonSeries(this.columns(scope, measure, from))} : [];
      }),
    );
    if (wanted.heatmap) {
      const heat = this.heatOf(wanted);
      const firstBin = Math.max(from, fabric.newest - heat.reach + 1);
      const columns = heat.columns(firstBin, fabric.newest).map((column) => [...column]);
      frame.heatmap = {firstSlot: 0, slots: fabric.ports.slots, firstBin, columns};
    }
    return frame;
  }

  private get hasBins(): boolean {
    return Number.isFinite(this.context.fabric.newest);
  }

  private header(): {newestBin: number; finalBin: number; serverTime: number} {
    const {fabric} = this.context;
    const serverTime = this.clock.now();
    return this.hasBins
      ? {newestBin: fabric.newest, finalBin: fabric.finalBin, serverTime}
      : {newestBin: 0, finalBin: 0, serverTime};
  }

  private linkScope(id: string, direction: DirectionName): Extract<Scope, {kind: 'link'}> | undefined {
    const port = this.context.fabric.ports.get(id);
    return port && {kind: 'link', port, direction: directionOf(direction)};
  }

  private columns(scope: Scope, measure: MeasureName, from: number): SeriesColumns {
    const {fabric} = this.context;
    const key = scope.kind === 'fabric' ? 'fabric' : `${scope.port.slot}.${scope.direction}`;
    return this.once(`columns ${key} ${measure} ${from}`, () =>
      readColumns(fabric, scope, measure, from, fabric.newest),
    );
  }

  private fabricBlock(from: number): Buffer {
    return this.once(`fabric ${from}`, () =>
      fabricBlock(this.columns(FABRIC_SCOPE, 'roce', from), this.columns(FABRIC_SCOPE, 'all', from)),
    );
  }

  private linkBlock(id: string, direction: DirectionName, wanted: Subscription, from: number): Buffer | undefined {
    const scope = this.linkScope(id, direction);
    if (!scope) return undefined;
    const measure = MEASURE_NAMES.indexOf(wanted.measure);
    return this.once(`link ${scope.port.slot}.${direction} ${measure} ${from}`, () =>
      linkBlock(
        scope.port.slot,
        measure,
        DIRECTION_NAMES.indexOf(direction),
        this.columns(scope, wanted.measure, from),
      ),
    );
  }

  private heatOf({measure, directions}: Subscription): HeatColumns {
    const key = [measure, ...directions].join();
    const heat = this.heat.get(key) ?? new HeatColumns(this.context.fabric, measure, directions);
    this.heat.set(key, heat);
    return heat;
  }

  private heatmapBlock(wanted: Subscription, from: number): Buffer {
    const {fabric} = this.context;
    const heat = this.heatOf(wanted);
    const start = Math.max(from, fabric.newest - heat.reach + 1);
    return this.once(`heatmap ${wanted.measure} ${wanted.directions.join()} ${start}`, () =>
      heatmapBlock(start, fabric.ports.slots, heat.columns(start, fabric.newest)),
    );
  }

  private once<T>(key: string, make: () => T): T {
    const made = this.cache.get(key);
    if (made !== undefined) return made as T;
    const fresh = make();
    this.cache.set(key, fresh);
    return fresh;
  }
}
