/** The shipped Grafana dashboards, as far as tests read them. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {repositoryRoot} from '../support/captures.ts';

const FOLDER = join(repositoryRoot, 'docs/grafana');

export interface Target {
  expr: string;
  legendFormat: string;
  refId: string;
  datasource: {type: string; uid: string};
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: {x: number; y: number; w: number; h: number};
  targets?: Target[];
  fieldConfig?: {defaults: {unit?: string}};
}

export interface Variable {
  name: string;
  type: string;
  query: string | {query: string};
}

export interface Dashboard {
  file: string;
  uid: string;
  title: string;
  schemaVersion: number;
  templating: {list: Variable[]};
  panels: Panel[];
}

export const dashboards: readonly Dashboard[] = readdirSync(FOLDER)
  .sort()
  .map((file) => ({file, ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))}));

export interface Query {
  /** `file: panel, refId`. */
  where: string;
  expr: string;
  legend: string;
}

/** Every query of a dashboard, with what Grafana puts in the place of its variables when everything is chosen. */
export function queriesOf({file, panels}: Dashboard, rateInterval: string): Query[] {
  return panels.flatMap(({title, targets = []}) =>
    targets.map(({expr, legendFormat, refId}) => ({
      where: `${file}: ${title}, ${refId}`,
      expr: expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/\$(instance|link|fabric_job)\b/g, '.*'),
      legend: legendFormat,
    })),
  );
}

/** Metrics that an expression selects, with the labels that it asks of them. */
export function selectorsOf(expr: string): {name: string; labels: string[]}[] {
  return [...expr.matchAll(/\b((?:tenhertz|process)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, name, inner = '']) => ({
    name: name!,
    labels: [...inner.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }));
}

/** Labels that it sums or joins by. */
export function groupingsOf(expr: string): string[] {
  return [...expr.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list]) =>
    list!
      .split(',')
      .map((label) => label.trim())
      .filter((label) => label !== ''),
  );
}

/** Labels that a legend shows. */
export const legendLabels = (legend: string): string[] =>
  [...legend.matchAll(/\{\{\s*([a-z_]+)\s*\}\}/g)].map(([, label]) => label!);
