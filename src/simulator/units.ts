const DURATIONS: Record<string, number> = {ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000};
const MULTIPLES: Record<string, number> = {'': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12};

/** Milliseconds of "500ms", "40s", "2m", "1h"; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * DURATIONS[match[2]];
}

/** bit/s of "100G", "400G", "25000M" or a plain number. */
export function parseSpeed(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kMGT]?)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * MULTIPLES[match[2]];
}

/** "host:port", "192.0.2.1:6343" or "[2001:db8::1]:6343". */
export function parseHostPort(text: string): {host: string; port: number} | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? {host: match[1] ?? match[2], port} : undefined;
}
