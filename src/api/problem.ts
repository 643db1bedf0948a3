import type {FastifyInstance, FastifyReply} from 'fastify';

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
  503: 'Service Unavailable',
};

function answer(reply: FastifyReply, status: number, detail: string): void {
  reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail}));
}

/** Every error leaves as a problem; what went wrong inside is logged by Fastify and not told. */
export function answerProblems(server: FastifyInstance): void {
  server.setErrorHandler((error: Error & {statusCode?: number}, _request, reply) => {
    const status = error instanceof Problem ? error.status : (error.statusCode ?? 500);
    if (status >= 500) reply.log.error(error);
    answer(reply, status, status >= 500 && !(error instanceof Problem) ? 'internal error' : error.message);
  });
  server.setNotFoundHandler((request, reply) => answer(reply, 404, `nothing at ${request.url.split('?', 1)[0]}`));
}
