/** Exit codes of the command line. */
export const ExitCode = {Ok: 0, Failure: 1, Usage: 2} as const;

/**
 * Everything that may end the start of the server or a command, by a stable code. The message is one line for the
 * person at the terminal: what is wrong, and what to do about it.
 */
export const ERROR_EXITS = {
  ADDRESS_IN_USE: ExitCode.Failure,
  ADDRESS_NOT_HERE: ExitCode.Failure,
  PERMISSION: ExitCode.Failure,
  LISTEN: ExitCode.Failure,
  RECEIVER: ExitCode.Failure,
  RECORDING: ExitCode.Failure,
  INTERNAL: ExitCode.Failure,
  CONFIG: ExitCode.Usage,
  USAGE: ExitCode.Usage,
} as const;

export type ErrorCode = keyof typeof ERROR_EXITS;

export class TenhertzError extends Error {
  override name = 'TenhertzError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): number {
    return ERROR_EXITS[this.code];
  }
}

/** Turns what `listen` or `bind` failed with into one clear line; `flag` is how to choose another port. */
export function listenError(error: NodeJS.ErrnoException, what: string, flag: string): TenhertzError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new TenhertzError('ADDRESS_IN_USE', `${what} is in use by another process; choose another with ${flag}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new TenhertzError('ADDRESS_NOT_HERE', `${what} is not an address of this machine`);
    case 'EACCES':
      return new TenhertzError(
        'PERMISSION',
        `${what} may not be opened by this user; choose a port above 1023 with ${flag}`,
      );
    default:
      return new TenhertzError('LISTEN', `${what} cannot be opened: ${error.message}`, {cause: error});
  }
}
