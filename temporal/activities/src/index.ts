import type { RunActivities } from '@tenon/contract';
import { databaseErrors, readAnswer, recordEvents } from '@tenon/database';
import type { Plan } from '@tenon/engine';
import type { ActivityParts } from './parts.js';
import { performStep } from './perform-step.js';

export type { ActivityParts } from './parts.js';
export { stepErrors } from './perform-step.js';

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
    loadPlan: async (teamId, planHash) => {
      const [row] = await parts.database.rows<{ document: Plan }>(
        'select document from plan where team_id = $1 and hash = $2',
        [teamId, planHash],
      );
      if (!row) throw databaseErrors.unavailable(`The plan ${planHash} is not in the database.`);
      return row.document;
    },
  };
}
