import type {FastifyInstance, FastifyReply, FastifySchemaValidationError} from 'fastify';
import type {Context} from './context.ts';

/** An error of the API, answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Content Too Large',
  414: 'URI Too Long',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function answer(reply: FastifyReply, status: number, detail: string): void {
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="tenhertz"');
  reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail}));
}

/** Answers an error that Fastify found itself, before there was a route. */
export function answerError(error: Error & {statusCode?: number}, reply: FastifyReply): void {
  const status = error instanceof Problem ? error.status : (error.statusCode ?? 500);
  answer(reply, status, status >= 500 && !(error instanceof Problem) ? 'internal error' : error.message);
}

/** What is wrong with a part of a request; of a choice it says what there is to choose from. */
export function requestError(errors: readonly FastifySchemaValidationError[], where: string): Error {
  const [{instancePath, message}] = errors as [FastifySchemaValidationError];
  const choices = errors.flatMap((error) =>
    error.instancePath === instancePath
      ? [error.params['allowedValue'] ?? error.params['allowedValues'] ?? []].flat()
      : [],
  );
  const what = choices.length > 0 ? `must be one of ${choices.join(', ')}` : message;
  return new Error(`${where}${instancePath} ${what}`);
}

/** Every error leaves as a problem; what went wrong inside goes to the log and is not told. */
export function answerProblems(server: FastifyInstance, log: Context['log']): void {
  server.setErrorHandler((error: Error & {statusCode?: number}, request, reply) => {
    const isOurs = !(error instanceof Problem) && (error.statusCode ?? 500) >= 500;
    if (isOurs) log?.error(`${request.method} ${request.url}: ${error.stack ?? error.message}`);
    answerError(error, reply);
  });
  server.setNotFoundHandler((request, reply) => answer(reply, 404, `nothing at ${request.url.split('?', 1)[0]}`));
}
