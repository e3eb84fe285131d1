import type { RunActivities } from '@tenon/contract';
import { getPlanPart, readAnswer, recordEvents } from '@tenon/database';
import type { ActivityParts } from './parts.js';
import { performStep } from './perform-step.js';

/** Quoted and outside ASCII, so many characters of a plan are less than the 2 MiB that one result may have. */
const PART_CHARACTERS = 600_000;

/** The activities of a run over the given parts. */
export function createRunActivities(parts: ActivityParts): RunActivities {
  return {
    performStep: (call) => performStep(call, parts),
    recordRunEvents: async (run, events) => {
      const answer = events.find((event) => event.type === 'run.finished')?.outcome.outputs['answer'];
      const isLarge = run.conversationId !== null && answer !== undefined && typeof answer !== 'string';
      const answerText = isLarge ? await readAnswer(parts.ports.objects, answer) : undefined;
      await recordEvents(parts.database, run.teamId, run.runId, events, answerText);
      parts.bell.ring(run.runId);
    },
    loadPlanPart: (teamId, planHash, part) => getPlanPart(parts.database, teamId, planHash, part, PART_CHARACTERS),
  };
}
