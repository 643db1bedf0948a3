import {readFileSync} from 'node:fs';

/** Version of the package, which stands beside `dist` as it does beside `src`. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string}
).version;
