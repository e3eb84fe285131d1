/*
 * Which live text may be shown now: one fold over a run's events and the text pieces that arrive beside them.
 *
 * A response step (answer, end) speaks through a cursor that walks along its template. A cursor opens when the way to
 * its step is certain: when on at least one path from the root all blocking edges (those that leave a branching step,
 * a step with a failure exit or a response step) were taken. Instead of listing paths, whose number grows
 * exponentially, `reached` holds the steps to which such a path leads: it grows along edges that do not block as soon
 * as their source is in it, and along a blocking edge when that edge is taken. Both say the same, since any walk from
 * the root holds a simple path with no other edges than its own, so one path with all blocking edges taken exists
 * exactly when the step can be reached over edges that do not block or were taken. An edge is only ever taken by a
 * step that was begun, and such a step was reached before: so looking onward once, from where it was reached and
 * from where it ended, is enough.
 *
 * One cursor speaks at a time, the others wait in line. What a cursor cannot know yet holds it up, and with it all
 * that follows; texts that arrive meanwhile are kept. A text that several templates show, or one twice, is shown each
 * time in full. Pieces come before the event that brought them: a template is said before its step has succeeded.
 */
import type { RunEvent } from './event.js';
import type { TextPiece } from './live-text.js';
import type { Plan } from './plan.js';
import { ReplyBuilder } from './reply-builder.js';
import { replyPlanOf } from './reply-plan.js';
import { GIVEN_NAMESPACES, REASONING_CHANNEL, type Reply, type ReplyPiece } from './reply-state.js';

/** A reply of which nothing is known yet. */
export function openReply(plan: Plan): Reply {
  const { index, wanted } = replyPlanOf(plan);
  const nowhere = [...wanted.keys()].filter(
    (namespace) => !index.has(namespace) && !GIVEN_NAMESPACES.includes(namespace),
  );
  return {
    reached: {},
    cursors: [],
    values: {},
    texts: {},
    reasoning: {},
    ended: Object.fromEntries(nowhere.map((namespace) => [namespace, true])),
  };
}

export interface ReplyTurn {
  readonly reply: Reply;
  readonly pieces: readonly ReplyPiece[];
}

/** Takes in the next event of the run. The pieces go before it. */
export function replyToEvent(plan: Plan, reply: Reply, event: RunEvent): ReplyTurn {
  const builder = new ReplyBuilder(replyPlanOf(plan), reply);
  builder.hear(event);
  // what opens with the run is said with its first step, so that it does not come before the run
  if (event.type !== 'run.started') builder.speak();
  return { reply: builder.reply, pieces: builder.pieces };
}

/** Takes in a piece of live text, in any order relative to the events. */
export function replyToChunk(plan: Plan, reply: Reply, piece: TextPiece): ReplyTurn {
  const builder = new ReplyBuilder(replyPlanOf(plan), reply);
  if (piece.channel === REASONING_CHANNEL) builder.think(piece);
  else if (builder.takeText(piece)) builder.speak();
  return { reply: builder.reply, pieces: builder.pieces };
}
