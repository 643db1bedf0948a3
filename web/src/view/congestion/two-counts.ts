/** What the two counts of dropped packets are, said where both are shown. */
export const TWO_COUNTS =
  'Two counts of dropped packets, which never agree: notifications come at once and name packet, flow and reason, but ' +
  'switches limit how many they send, so that they are the least that was lost; interface counters hold every discard, ' +
  'without saying of whom, as a mean of the 20 to 30 s between two of them.';
