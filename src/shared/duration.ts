const UNITS: Readonly<Record<string, number>> = {ms: 1, s: 1_000, m: 60_000, h: 3_600_000};

/** Milliseconds of `500ms`, `2s`, `5m`, `1h`; undefined where a text is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

/** The shortest text of so many milliseconds. */
export function durationText(ms: number): string {
  const unit = ['h', 'm', 's'].find((name) => ms % UNITS[name]! === 0) ?? 'ms';
  return ms === 0 ? '0s' : `${ms / UNITS[unit]!}${unit}`;
}
