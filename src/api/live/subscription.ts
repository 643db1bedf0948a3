import {REVISED_BINS} from '../../shared/bins.ts';
import {
  DIRECTION_NAMES,
  type DirectionName,
  type MeasureName,
  type SubscribeMessage,
  type TopicName,
} from '../../shared/live.ts';
import {ANSWER_NAMES} from '../../shared/live-answers.ts';

/** Links that one socket may watch. */
const MAX_LINKS = 64;
/** Bins that a snapshot may reach back. */
const MAX_HISTORY = 3_000;
const TOPICS: ReadonlySet<string> = new Set(['links', 'summary', 'flows', 'events', ...ANSWER_NAMES]);

/** A checked subscription, every field set. */
export interface Subscription {
  fabric: boolean;
  links: readonly string[];
  measure: MeasureName;
  directions: readonly DirectionName[];
  heatmap: boolean;
  topics: ReadonlySet<TopicName>;
  history: number;
}

/** Checks what a client sent. Returns what is wrong with it as text. */
export function checkSubscription(message: SubscribeMessage): Subscription | string {
  const {fabric = false, links = [], measure = 'roce', direction = 'in', heatmap = false, topics = []} = message;
  const history = message.history ?? REVISED_BINS;
  if (typeof fabric !== 'boolean' || typeof heatmap !== 'boolean') return 'fabric and heatmap are true or false';
  if (!Array.isArray(links) || links.some((id) => typeof id !== 'string')) return 'links is a list of link ids';
  if (links.length > MAX_LINKS) return `at most ${MAX_LINKS} links`;
  if (measure !== 'roce' && measure !== 'all') return "measure is 'roce' or 'all'";
  const directions = DIRECTION_NAMES.filter((name) => direction === name || direction === 'both');
  if (directions.length === 0) return "direction is 'in', 'out' or 'both'";
  if (!Array.isArray(topics) || topics.some((topic) => !TOPICS.has(topic))) {
    return 'topics is a list of topics that there are';
  }
  if (!Number.isInteger(history) || history < 0 || history > MAX_HISTORY) {
    return `history is a whole number of bins up to ${MAX_HISTORY}`;
  }
  return {fabric, links: [...new Set(links)], measure, directions, heatmap, topics: new Set(topics), history};
}
