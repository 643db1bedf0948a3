#!/usr/bin/env node
import {Command, CommanderError} from 'commander';
import {keepHeapSmall} from './cli/heap.ts';
import {VERSION} from './cli/version.ts';
import {ExitCode, TenhertzError} from './errors.ts';

/** One file a command; only the one that is asked for is loaded, so that an error is told at once. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/serve.ts')).serveCommand(),
  demo: async () => (await import('./cli/demo.ts')).demoCommand(),
  simulate: async () => (await import('./cli/simulate.ts')).simulateCommand(),
  replay: async () => (await import('./cli/replay.ts')).replayCommand(),
  decode: async () => (await import('./cli/decode.ts')).decodeCommand(),
  'check-config': async () => (await import('./cli/check-config.ts')).checkConfigCommand(),
};

const program = new Command('tenhertz')
  .description('Shows the heartbeat of an AI/ML network fabric ten times a second, from sFlow.')
  .version(VERSION)
  .showHelpAfterError('(see --help)');
/** Those that run for days. */
const SERVERS: readonly unknown[] = ['serve', 'demo'];
if (SERVERS.includes(process.argv[2])) keepHeapSmall();

const name = process.argv[2] ?? '';
const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
for (const load of asked ? [asked] : Object.values(COMMANDS)) program.addCommand(await load());
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One line for the person at the terminal; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
  if (error instanceof TenhertzError) {
    process.stderr.write(`tenhertz: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`tenhertz: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return ExitCode.Failure;
}
