#!/usr/bin/env node
import {Command, CommanderError} from 'commander';
import {VERSION} from './app.ts';
import {checkConfigCommand} from './cli/check-config.ts';
import {decodeCommand} from './cli/decode.ts';
import {demoCommand} from './cli/demo.ts';
import {replayCommand} from './cli/replay.ts';
import {serveCommand} from './cli/serve.ts';
import {simulateCommand} from './cli/simulate.ts';
import {ExitCode, TenhertzError} from './errors.ts';

const program = new Command('tenhertz')
  .description('Shows the heartbeat of an AI/ML network fabric ten times a second, from sFlow.')
  .version(VERSION)
  .showHelpAfterError('(see --help)');
for (const make of [serveCommand, demoCommand, simulateCommand, replayCommand, decodeCommand, checkConfigCommand]) {
  program.addCommand(make());
}
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
