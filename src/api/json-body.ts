import type {FastifyInstance} from 'fastify';
import {EntryError} from '../fabric/wiring/complaints.ts';
import {Problem} from './problem.ts';

/** Largest body of a topology or of names: some 100,000 entries. */
export const BODY_LIMIT = 16 * 1024 * 1024;

/** Reads every body as JSON, whatever type it claims: clients often claim none, or curl's. */
export function takeJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    '*',
    {parseAs: 'string', bodyLimit: BODY_LIMIT},
    async (_request: unknown, body: string) => {
      try {
        return JSON.parse(body) as unknown;
      } catch (error) {
        throw new Problem(400, `the body is no JSON: ${(error as Error).message}`);
      }
    },
  );
}

/** For routes whose schema documents the body: what is read by `parse` names its errors better. */
export const unchecked = () => () => true;

/** Reads what an operator sent by `parse`; what is wrong with it is answered as his error. */
export function readBody<T>(body: unknown, parse: (json: unknown) => T): T {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof EntryError) throw new Problem(400, error.message);
    throw error;
  }
}

/** Waits until something is kept; where it cannot be, that is answered. */
export async function kept(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(500, `nothing was changed, for it cannot be kept: ${(error as Error).message}`);
  }
}
