import { readLargeValue, textName } from '@tenon/database';
import {
  openReply,
  replyToChunk,
  replyToEvent,
  toMarkdown,
  walk,
  type Plan,
  type Reply,
  type ReplyPiece,
  type RunEvent,
} from '@tenon/engine';
import type { ObjectStore, TextChunk } from '@tenon/ports';
import { plain } from './plain.js';
import type { RunEventUpdate, RunReplyUpdate, RunTextUpdate } from './run-update.types.js';

/** What a follower is told. */
export type Update = RunEventUpdate | RunTextUpdate | RunReplyUpdate;

type ReferencePiece = Extract<ReplyPiece, { type: 'reference' }>;

/** What was folded, before the large values are read that it shows. */
export interface Folded {
  readonly told: readonly (Exclude<Update, RunReplyUpdate> | ReplyPiece)[];
  /** Of those large values. */
  readonly largeBytes: number;
}

/** Events that end a live text: what came before them is folded first. */
const ENDS_TEXT = new Set(['step.succeeded', 'step.handled', 'step.failed', 'step.retrying', 'step.stopped']);
/** Most that is shown of an answer while it comes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Folds what was read of a run into what is told. */
export class Follower {
  seq = 0;
  hasEnded = false;
  readonly known = new Map<string, number>();
  private reply: Reply;
  private readonly shown = { text: 0, reasoning: 0 };

  constructor(
    private readonly plan: Plan,
    private readonly afterSeq: number,
    private readonly objects: ObjectStore,
  ) {
    this.reply = openReply(plan);
  }

  fold(events: readonly RunEvent[], chunks: readonly TextChunk[]): Folded {
    const waiting = [...chunks];
    const told: Folded['told'][number][] = [];
    for (const event of events) {
      if (ENDS_TEXT.has(event.type) && 'stepKey' in event)
        for (const chunk of takeWhere(waiting, ({ stepKey }) => stepKey === event.stepKey))
          told.push(...this.foldChunk(chunk));
      told.push(...this.foldEvent(event));
    }
    for (const chunk of waiting) told.push(...this.foldChunk(chunk));
    const largeBytes = told.reduce((bytes, one) => bytes + (isReference(one) ? one.reference.$ref.sizeBytes : 0), 0);
    return { told, largeBytes: Math.min(largeBytes, MAX_ANSWER_BYTES) };
  }

  /** What is told, with the large values that it shows. */
  async tell({ told }: Folded): Promise<Update[]> {
    const updates: Update[] = [];
    for (const one of told) updates.push(isUpdate(one) ? one : await this.toReply(one));
    return merge(updates);
  }

  private foldEvent(event: RunEvent): Folded['told'] {
    const { reply, pieces } = replyToEvent(this.plan, this.reply, event);
    this.reply = reply;
    this.seq = event.seq;
    if (event.type === 'run.finished') this.hasEnded = true;
    return event.seq > this.afterSeq ? [...pieces, toEventUpdate(event)] : pieces;
  }

  private foldChunk(chunk: TextChunk): Folded['told'] {
    this.known.set(textName(chunk), chunk.offset + chunk.text.length);
    const { reply, pieces } = replyToChunk(this.plan, this.reply, chunk);
    this.reply = reply;
    const { stepKey, attempt, execution, channel, offset, text } = chunk;
    return [{ stepKey, attempt, execution, channel, offset, text }, ...pieces];
  }

  private async toReply(piece: ReplyPiece): Promise<RunReplyUpdate> {
    const of = piece.type === 'reset' ? piece.of : piece.type === 'reasoning' ? 'reasoning' : 'text';
    if (piece.type === 'reset') this.shown[of] -= piece.length;
    const text = piece.type === 'reset' ? '' : piece.type === 'reference' ? await this.fetch(piece) : piece.text;
    const offset = this.shown[of];
    this.shown[of] += text.length;
    return { offset, text, reasoning: of === 'reasoning' };
  }

  /** Nothing where the answer would become longer than one may be: its step fails then. */
  private async fetch({ reference, path, from }: ReferencePiece): Promise<string> {
    if (this.shown.text + reference.$ref.sizeBytes > MAX_ANSWER_BYTES) return '';
    const value = walk(await readLargeValue(this.objects, reference), path);
    return value === undefined ? '' : toMarkdown(value).slice(from);
  }
}

function isReference(one: Folded['told'][number]): one is ReferencePiece {
  return !isUpdate(one) && one.type === 'reference';
}

/** Of events and texts; all others are pieces of the answer. */
function isUpdate(one: Folded['told'][number]): one is RunEventUpdate | RunTextUpdate {
  return 'payload' in one || 'channel' in one;
}

/** A recorded event as it is told. */
export function toEventUpdate(event: RunEvent): RunEventUpdate {
  const { seq, at, type, ...payload } = event;
  const stepKey = 'stepKey' in event ? event.stepKey : null;
  return { seq, at: new Date(at), type, stepKey, payload: plain(payload as never) };
}

function takeWhere<T>(list: T[], isWanted: (item: T) => boolean): T[] {
  const taken = list.filter(isWanted);
  if (taken.length > 0) list.splice(0, list.length, ...list.filter((item) => !isWanted(item)));
  return taken;
}

/** Joins pieces of the answer that follow each other, so that a reader who is behind is told once. */
function merge(updates: readonly Update[]): Update[] {
  const merged: Update[] = [];
  for (const update of updates) {
    const last = merged.at(-1);
    if (
      last &&
      isReply(last) &&
      isReply(update) &&
      last.reasoning === update.reasoning &&
      last.offset + last.text.length === update.offset
    )
      merged[merged.length - 1] = { ...last, text: last.text + update.text };
    else merged.push(update);
  }
  return merged;
}

function isReply(update: Update): update is RunReplyUpdate {
  return 'reasoning' in update;
}
