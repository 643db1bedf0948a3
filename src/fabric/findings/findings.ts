import type {Finding} from '../../shared/health.ts';
import {agentFindings, samplingFindings} from './findings-agents.ts';
import type {Facts} from './findings-facts.ts';
import {timeFindings} from './findings-time.ts';
import {decoderFindings, kernelFindings, networkFindings, ringFindings, tableFindings} from './findings-way-in.ts';

/**
 * What is to be known of the data, from the switches to the bins: each stage says something, if only that all is well
 * there, so that who reads top to bottom knows where samples are lost and what to do. A pure function of the facts.
 */
export function findings(facts: Facts): Finding[] {
  return [
    ...agentFindings(facts),
    ...samplingFindings(facts),
    ...networkFindings(facts),
    ...kernelFindings(facts),
    ...ringFindings(facts),
    ...decoderFindings(facts),
    ...tableFindings(facts),
    ...timeFindings(facts),
  ];
}
