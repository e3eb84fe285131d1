import type { RunId, TeamId } from '@tenon/base';
import {
  HistoryRepository,
  PlanRepository,
  readLargeValue,
  textName,
  type Identity,
  type RunRecord,
} from '@tenon/database';
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
import { Inject, Injectable } from '@nestjs/common';
import { OBJECTS } from '../parts.js';
import type { RunEventUpdate, RunReplyUpdate, RunTextUpdate } from './run-update.types.js';
import { plain } from './plain.js';
import { RunService } from './run.service.js';
import { RunWatch, type RunBellWaiter } from './run-watch.js';

type Update = RunEventUpdate | RunTextUpdate | RunReplyUpdate;

/** Read at once of events, and of text: whoever follows and does not read costs about that, or one event that is larger. */
const PAGE = { count: 500, pageBytes: 128 * 1024 };
/** Events that end a live text: what came before them is folded first. */
const ENDS_TEXT = new Set(['step.succeeded', 'step.handled', 'step.failed', 'step.retrying', 'step.stopped']);

/** Follows runs: what is recorded, then what comes. */
@Injectable()
export class RunUpdates {
  constructor(
    private readonly service: RunService,
    private readonly plans: PlanRepository,
    private readonly history: HistoryRepository,
    private readonly watch: RunWatch,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  /**
   * Every event after `afterSeq` once and in order, live text, and the answer as it may be shown, in batches of what
   * was found at once. Whoever connects again gets texts and the answer from their beginning. Ends after the run's last
   * event.
   * @throws run.missing
   */
  async follow(member: Identity, runId: RunId, afterSeq: number): Promise<AsyncIterableIterator<Update[]>> {
    const bell = this.watch.watch(runId);
    const run = await this.service.getRun(member, runId).catch((error: unknown) => {
      bell.close();
      throw error;
    });
    const updates = this.read(member.teamId, run, afterSeq, bell);
    const iterator: AsyncIterableIterator<Update[]> = {
      next: () => updates.next(),
      // a generator that waits hears of its end only with the next bell: this is one
      return: (value) => {
        bell.close();
        return updates.return(value);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  private async *read(
    teamId: TeamId,
    { id, planHash, lastSeq }: RunRecord,
    afterSeq: number,
    bell: RunBellWaiter,
  ): AsyncGenerator<Update[]> {
    try {
      const plan = await this.plans.get(teamId, planHash);
      const hasText = plan.steps.some(({ streams }) => streams.length > 0);
      const follower = new Follower(plan, afterSeq, this.objects);
      // the watch is older than the look at the run, so what came since rings
      if (lastSeq === 0) await bell.news();
      while (!bell.isClosed) {
        const { updates, isFull } = await this.readPage(teamId, id, follower, hasText);
        if (updates.length > 0) yield updates;
        if (follower.hasEnded) return;
        if (!isFull) await bell.news();
      }
    } finally {
      bell.close();
    }
  }

  private async readPage(teamId: TeamId, id: RunId, follower: Follower, hasText: boolean) {
    // Text is read after the events, so that an event in hand speaks only of text that is in hand too.
    const { events, isFull } = await this.history.readEvents(teamId, id, follower.seq, PAGE);
    const chunks = hasText ? await this.history.listText(teamId, id, follower.known, PAGE.pageBytes) : [];
    const hasMoreText = sizeOf(chunks) >= PAGE.pageBytes;
    return { updates: await follower.take(hasMoreText ? [] : events, chunks), isFull: isFull || hasMoreText };
  }
}

/** Folds what was read into what is told. */
class Follower {
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

  async take(events: readonly RunEvent[], chunks: readonly TextChunk[]): Promise<Update[]> {
    const waiting = [...chunks];
    const updates: Update[] = [];
    for (const event of events) {
      if (ENDS_TEXT.has(event.type) && 'stepKey' in event)
        for (const chunk of takeWhere(waiting, ({ stepKey }) => stepKey === event.stepKey))
          updates.push(...(await this.takeChunk(chunk)));
      updates.push(...(await this.takeEvent(event)));
    }
    for (const chunk of waiting) updates.push(...(await this.takeChunk(chunk)));
    return merge(updates);
  }

  private async takeEvent(event: RunEvent): Promise<Update[]> {
    const { reply, pieces } = replyToEvent(this.plan, this.reply, event);
    this.reply = reply;
    this.seq = event.seq;
    if (event.type === 'run.finished') this.hasEnded = true;
    const said = await this.toReplies(pieces);
    return event.seq > this.afterSeq ? [...said, toEventUpdate(event)] : said;
  }

  private async takeChunk(chunk: TextChunk): Promise<Update[]> {
    this.known.set(textName(chunk), chunk.offset + chunk.text.length);
    const { reply, pieces } = replyToChunk(this.plan, this.reply, chunk);
    this.reply = reply;
    const { stepKey, attempt, execution, channel, offset, text } = chunk;
    return [{ stepKey, attempt, execution, channel, offset, text }, ...(await this.toReplies(pieces))];
  }

  private async toReplies(pieces: readonly ReplyPiece[]): Promise<RunReplyUpdate[]> {
    const replies: RunReplyUpdate[] = [];
    for (const piece of pieces) {
      const of = piece.type === 'reset' ? piece.of : piece.type === 'reasoning' ? 'reasoning' : 'text';
      if (piece.type === 'reset') this.shown[of] -= piece.length;
      const text = piece.type === 'reset' ? '' : piece.type === 'reference' ? await this.fetch(piece) : piece.text;
      replies.push({ offset: this.shown[of], text, reasoning: of === 'reasoning' });
      this.shown[of] += text.length;
    }
    return replies;
  }

  /** Nothing where the answer would become longer than one may be: its step fails then. */
  private async fetch({ reference, path, from }: ReferencePiece): Promise<string> {
    if (this.shown.text + reference.$ref.sizeBytes > MAX_ANSWER_BYTES) return '';
    const value = walk(await readLargeValue(this.objects, reference), path);
    return value === undefined ? '' : toMarkdown(value).slice(from);
  }
}

type ReferencePiece = Extract<ReplyPiece, { type: 'reference' }>;

/** Most that is shown of an answer while it comes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

function sizeOf(chunks: readonly TextChunk[]): number {
  return chunks.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0);
}

function toEventUpdate(event: RunEvent): RunEventUpdate {
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
