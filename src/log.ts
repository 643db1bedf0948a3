import pino from 'pino';

/** What the server needs of a log; pino in production, a list in tests. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Lines for people on a terminal, JSON where standard error is not one (a service's journal, a file). */
export function makeLog(level: LogLevel = 'info', isTerminal: boolean = process.stderr.isTTY === true): Log {
  if (!isTerminal) {
    const destination = pino.destination({dest: 2, sync: true});
    const log = pino({level, base: null, timestamp: pino.stdTimeFunctions.isoTime}, destination);
    return {
      debug: (message) => log.debug(message),
      info: (message) => log.info(message),
      warn: (message) => log.warn(message),
      error: (message) => log.error(message),
    };
  }
  const ranks: LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const write = (rank: LogLevel) => (message: string) => {
    if (ranks.indexOf(rank) < ranks.indexOf(level)) return;
    process.stderr.write(`${rank === 'info' ? '' : `${rank}: `}${message}\n`);
  };
  return {debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error')};
}
