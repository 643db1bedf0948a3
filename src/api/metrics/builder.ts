import {Counter, Gauge, Registry} from 'prom-client';

/** Sets one series: its value, and its labels where it has any. */
export type SetValue = (value: number, labels?: Record<string, string>) => void;

/** Makes gauges and counters that are read when Prometheus asks, never counted per packet. */
export class MetricsBuilder {
  readonly registry = new Registry();

  gauge(name: string, help: string, labels: string[], read: (set: SetValue) => void): void {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      collect() {
        this.reset();
        read((value, label = {}) => this.set(label, value));
      },
    });
  }

  /** `read` gives totals since the start. */
  counter(name: string, help: string, labels: string[], read: (set: SetValue) => void): void {
    new Counter({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      collect() {
        this.reset();
        read((value, label = {}) => this.inc(label, Math.max(0, value)));
      },
    });
  }
}
