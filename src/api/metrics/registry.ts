import type {Registry} from 'prom-client';
import type {Context} from '../context.ts';
import type {LiveHub} from '../live/hub.ts';
import {agentMetrics} from './agents.ts';
import {alertMetrics, webhookMetrics} from './alerts.ts';
import {MetricsBuilder} from './builder.ts';
import {dropMetrics} from './drops.ts';
import {eventMetrics} from './events.ts';
import {fabricMetrics} from './fabric.ts';
import {gaugeMetrics} from './gauges.ts';
import {imbalanceMetrics} from './imbalance.ts';
import {incastMetrics} from './incasts.ts';
import {interfaceMetrics} from './interfaces.ts';
import {jobMetrics} from './jobs.ts';
import {linkMetrics} from './links.ts';
import {memoryMetrics} from './memory.ts';
import {operationMetrics} from './operations.ts';
import {periodMetrics} from './periods.ts';
import {processMetrics} from './process.ts';
import {queueMetrics} from './queues.ts';
import {stragglerMetrics} from './stragglers.ts';
import {wayInMetrics} from './way-in.ts';

/** Everything that `/metrics` tells. Base units; estimates say so in their help. */
export function makeMetrics(context: Context, hub: LiveHub): Registry {
  const builder = new MetricsBuilder();
  fabricMetrics(builder, context.fabric);
  linkMetrics(builder, context);
  operationMetrics(builder, context.fabric);
  wayInMetrics(builder, context);
  agentMetrics(builder, context.fabric);
  interfaceMetrics(builder, context.fabric);
  eventMetrics(builder, context.fabric);
  dropMetrics(builder, context.fabric);
  queueMetrics(builder, context);
  gaugeMetrics(builder, context);
  if (context.periods) periodMetrics(builder, context.periods);
  if (context.jobs) jobMetrics(builder, context.jobs);
  if (context.imbalance) imbalanceMetrics(builder, context.imbalance);
  if (context.stragglers) stragglerMetrics(builder, context.stragglers);
  if (context.congestion) incastMetrics(builder, context.congestion.incasts);
  memoryMetrics(builder, context.fabric);
  if (context.thresholds) alertMetrics(builder, context.thresholds);
  if (context.webhook) webhookMetrics(builder, context.webhook);
  processMetrics(builder, context, hub);
  return builder.registry;
}
