/** A queue pair's number as tools of InfiniBand write it, six hexadecimal digits: `0x0012ab`. */
export const queuePairText = (number: number): string => `0x${number.toString(16).padStart(6, '0')}`;
