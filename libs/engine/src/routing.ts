import type { PlanEdge } from './plan.js';
import type { IndexedStep } from './plan-index.js';
import { findIn, putIn } from './table.js';
import type { TurnBuilder } from './turn.js';

/**
 * Decides the edges of a step that has ended by `exit`: those of other exits die first, with everything that only
 * they lead to, then those of `exit` are taken. Steps whose last open edge was decided join `turn.ready`, or are
 * skipped when no edge was taken. A step waiting on an edge of its own descendant never hears of it, so it never
 * becomes ready: cycles do not turn.
 */
export function leaveStep(turn: TurnBuilder, stepKey: string, exit: string): void {
  const { outgoing } = turn.index.get(stepKey) as IndexedStep;
  skipEdges(
    turn,
    outgoing.filter((edge) => edge.exit !== exit),
  );
  for (const edge of outgoing) {
    if (edge.exit === exit && decideEdge(turn, edge.target, true) === 'ready') turn.ready.push(edge.target);
  }
}

/** Skips a step and everything that only it leads to, depth first. */
export function skipStep(turn: TurnBuilder, stepKey: string): void {
  markSkipped(turn, stepKey);
  skipEdges(turn, (turn.index.get(stepKey) as IndexedStep).outgoing);
}

// a stack of our own, since a dead branch may be longer than the call stack
function skipEdges(turn: TurnBuilder, edges: readonly PlanEdge[]): void {
  const pending = edges.toReversed();
  for (let edge = pending.pop(); edge; edge = pending.pop()) {
    const fate = decideEdge(turn, edge.target, false);
    if (fate === 'ready') turn.ready.push(edge.target);
    if (fate !== 'dead') continue;
    markSkipped(turn, edge.target);
    pending.push(...(turn.index.get(edge.target) as IndexedStep).outgoing.toReversed());
  }
}

function markSkipped(turn: TurnBuilder, stepKey: string): void {
  turn.setState(stepKey, { status: 'skipped' });
  turn.tell({ type: 'step.skipped', stepKey });
}

/** Notes the fate of one edge into `target` and says what that makes of the step. */
function decideEdge(turn: TurnBuilder, target: string, isTaken: boolean): 'waiting' | 'ready' | 'dead' {
  // the run began here, or an edge leads back to where it has been
  if (turn.stateOf(target)) return 'waiting';
  const { incoming } = turn.index.get(target) as IndexedStep;
  const before = findIn(turn.state.joins, target) ?? { open: incoming, isTaken: false };
  const join = { open: before.open - 1, isTaken: before.isTaken || isTaken };
  if (join.open === 0) return join.isTaken ? 'ready' : 'dead';
  turn.state.joins = putIn(turn.state.joins, target, join);
  return 'waiting';
}
