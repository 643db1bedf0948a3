import type {JobHosts} from '../stragglers/straggler-engine.ts';
import type {JobReport} from './job-engine.ts';

/**
 * The jobs whose hosts are held against each other: those that run, and the whole fabric while nothing is known of any.
 * The same report gives the same jobs.
 */
export function followedJobs(report: () => JobReport | undefined, fabric: () => JobHosts | undefined) {
  let seen: JobReport | undefined;
  let jobs: JobHosts[] = [];
  return (): readonly JobHosts[] => {
    const now = report();
    if (now !== seen) {
      seen = now;
      jobs = now ? jobsOf(now) : [];
    }
    if (jobs.length > 0) return jobs;
    const whole = fabric();
    return whole ? [whole] : [];
  };
}

function jobsOf({jobs}: JobReport): JobHosts[] {
  return jobs.flatMap(({id, name = null, hosts, period, until}) => {
    // Between two exchanges that are far apart a job is silent, and yet has its period.
    if (until !== undefined && period === undefined) return [];
    const members = hosts.map(({address, name: called = null, port}) => ({address, name: called, port}));
    return [{id, name, hosts: members, periodMs: period?.periodMs ?? null}];
  });
}
