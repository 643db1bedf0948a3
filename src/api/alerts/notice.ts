/** What is told of one alert, in the words of Alertmanager. Its labels are what it is. */
export interface Notice {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Epoch ms. */
  startsAt: number;
  /** Epoch ms; undefined while it fires. */
  endsAt: number | undefined;
  /** Path of the answer that says more of it, behind the server's address. */
  path: string;
}

/** What Alertmanager writes where there is no end yet. */
const NO_TIME = '0001-01-01T00:00:00Z';
const timeText = (ms: number | undefined) => (ms === undefined ? NO_TIME : new Date(ms).toISOString());
const statusOf = ({endsAt}: Notice) => (endsAt === undefined ? 'firing' : 'resolved');

/**
 * The body that a webhook of Alertmanager gets (version 4) for alerts of one name. `externalUrl` is this server's
 * address, with a slash at its end.
 */
export function webhookBody(notices: readonly Notice[], externalUrl: string): object {
  const alertname = notices[0]!.labels['alertname']!;
  return {
    version: '4',
    groupKey: `{}:{alertname=${JSON.stringify(alertname)}}`,
    truncatedAlerts: 0,
    status: notices.some(({endsAt}) => endsAt === undefined) ? 'firing' : 'resolved',
    receiver: 'tenhertz',
    groupLabels: {alertname},
    commonLabels: inCommon(notices.map(({labels}) => labels)),
    commonAnnotations: inCommon(notices.map(({annotations}) => annotations)),
    externalURL: externalUrl,
    alerts: notices.map((notice) => ({
      status: statusOf(notice),
      labels: notice.labels,
      annotations: notice.annotations,
      startsAt: timeText(notice.startsAt),
      endsAt: timeText(notice.endsAt),
      generatorURL: externalUrl + notice.path,
      fingerprint: fingerprint(notice.labels),
    })),
  };
}

function inCommon(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => others.every((one) => one[key] === value)));
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const SEPARATOR = 0xff;

/** Tells alerts apart, as Prometheus does: 64-bit FNV-1a of the sorted labels, each name and value with 0xff behind it. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  let hash = FNV_OFFSET;
  const add = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  };
  for (const name of Object.keys(labels).sort()) {
    for (const text of [name, labels[name]!]) {
      for (const byte of new TextEncoder().encode(text)) add(byte);
      add(SEPARATOR);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
