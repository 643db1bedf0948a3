/** What the routes of REST answer about thresholds; units and meaning of every field are in `/api/openapi.json`. */

/** A rule on a metric. */
export interface Threshold {
  name: string;
  metric: string;
  /** What it is looked at of, and which of them; all unless that is said. */
  scope: string;
  of?: string;
  direction: 'in' | 'out';
  comparison: string;
  /** In the metric's unit: beyond it, and back. */
  value: number;
  clear: number;
  /** How long it must be beyond, such as `10s`. */
  for: string;
  severity: string;
  sure: boolean;
  from: 'config' | 'put';
  /** Subjects that are beyond it. */
  pending: number;
  firing: number;
}

/** `GET /api/v1/thresholds` */
export interface ThresholdsAnswer {
  finalBefore: number;
  /** What thresholds can be set on. */
  metrics: readonly {id: string; unit: string; scopes: readonly string[]; meaning: string}[];
  thresholds: readonly Threshold[];
}

/** `GET /api/v1/alerts` */
export interface AlertsAnswer {
  finalBefore: number;
  pending: number;
  firing: number;
  /** Subjects for which there was no room. */
  hidden: number;
  alerts: readonly Alert[];
}

/** Something that is beyond a threshold. */
export interface Alert {
  threshold: string;
  severity: string;
  state: 'pending' | 'firing';
  metric: string;
  unit: string;
  scope: string;
  agent?: string;
  link?: string;
  role?: string;
  job?: string;
  /** For people; from the wire: text only, never markup. */
  subject: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Epoch ms. */
  since: number;
  firedAt: number | null;
}
