import type {Scenario} from './scenario.ts';
import {backOff} from './scenarios/back-off.ts';
import {bonded} from './scenarios/bonded.ts';
import {both} from './scenarios/both.ts';
import {clockSteps} from './scenarios/clock-steps.ts';
import {control} from './scenarios/control.ts';
import {devicePool} from './scenarios/device-pool.ts';
import {disorder} from './scenarios/disorder.ts';
import {drops} from './scenarios/drops.ts';
import {ecmpCollision} from './scenarios/ecmp-collision.ts';
import {egress} from './scenarios/egress.ts';
import {expanded} from './scenarios/expanded.ts';
import {incast} from './scenarios/incast.ts';
import {ipv6} from './scenarios/ipv6.ts';
import {large} from './scenarios/large.ts';
import {leafSpine} from './scenarios/leaf-spine.ts';
import {leafSpineBridged} from './scenarios/leaf-spine-bridged.ts';
import {loss} from './scenarios/loss.ts';
import {misconfigured} from './scenarios/misconfigured.ts';
import {misconfiguredFakePool} from './scenarios/misconfigured-fake-pool.ts';
import {mixedRates} from './scenarios/mixed-rates.ts';
import {openVswitch} from './scenarios/open-vswitch.ts';
import {patterns} from './scenarios/patterns.ts';
import {polarised} from './scenarios/polarised.ts';
import {policer} from './scenarios/policer.ts';
import {queues} from './scenarios/queues.ts';
import {railJobs} from './scenarios/rail-jobs.ts';
import {rails} from './scenarios/rails.ts';
import {reference} from './scenarios/reference.ts';
import {restart} from './scenarios/restart.ts';
import {retries} from './scenarios/retries.ts';
import {sharedHosts} from './scenarios/shared-hosts.ts';
import {silence} from './scenarios/silence.ts';
import {slowFlush} from './scenarios/slow-flush.ts';
import {startStop} from './scenarios/start-stop.ts';
import {storage} from './scenarios/storage.ts';
import {straggler} from './scenarios/straggler.ts';
import {subAgents} from './scenarios/sub-agents.ts';
import {threeTier} from './scenarios/three-tier.ts';
import {trimming} from './scenarios/trimming.ts';
import {twoJobs} from './scenarios/two-jobs.ts';
import {unevenRails} from './scenarios/uneven-rails.ts';
import {wraps} from './scenarios/wraps.ts';

/** All scenarios, in the order in which they are listed. */
export const scenarios: readonly Scenario[] = [
  reference,
  leafSpine,
  leafSpineBridged,
  threeTier,
  rails,
  bonded,
  large,
  twoJobs,
  sharedHosts,
  patterns,
  railJobs,
  unevenRails,
  startStop,
  storage,
  straggler,
  incast,
  ecmpCollision,
  polarised,
  retries,
  drops,
  queues,
  trimming,
  control,
  egress,
  both,
  mixedRates,
  openVswitch,
  devicePool,
  policer,
  backOff,
  misconfigured,
  misconfiguredFakePool,
  subAgents,
  ipv6,
  expanded,
  slowFlush,
  restart,
  wraps,
  clockSteps,
  loss,
  disorder,
  silence,
];

/** The scenario of this name. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}
