import type { RunActivities } from '@tenon/contract';
import { getCarriedPart, getPlanPart, storeCarried } from '@tenon/database';
import type { ActivityParts } from './parts.js';
import { performStep } from './perform-step.js';
export { Quarantine } from './quarantine.js';
export { Wakefulness } from './wakefulness.js';
export { createEventSink, type EventSink } from './event-sink.js';

/** Quoted and outside ASCII, so many characters are less than the 2 MiB that one result may have. */
const PART_CHARACTERS = 600_000;

/** The activities of a run over the given parts. */
export function createRunActivities(parts: ActivityParts): RunActivities {
  return {
    performStep: (call) => performStep(call, parts),
    loadPlanPart: (teamId, planHash, part) => getPlanPart(parts.database, teamId, planHash, part, PART_CHARACTERS),
    storeCarried: ({ runId, teamId }, history, text) => storeCarried(parts.database, { runId, teamId, history }, text),
    loadCarriedPart: ({ runId, teamId }, history, part) =>
      getCarriedPart(parts.database, { runId, teamId, history }, part, PART_CHARACTERS),
    pause: () => Promise.resolve(),
  };
}
