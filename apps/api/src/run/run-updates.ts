import type { RunId, TeamId } from '@tenon/base';
import { HistoryRepository, PlanRepository, type Identity, type RunRecord } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import type { ObjectStore, TextChunk } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { OBJECTS } from '../parts.js';
import { Follower, type Folded, type Update } from './follower.js';
import { FollowerRooms } from './follower-rooms.js';
import { RunService } from './run.service.js';
import { RunWatch, type RunBellWaiter } from './run-watch.js';

/** Read at once of events, and as much of text, when there is room for it, and when there is none. */
const PAGE_BYTES = 128 * 1024;
const SMALL_PAGE_BYTES = 4 * 1024;
const PAGE_COUNT = 500;

/** Follows runs: what is recorded, then what comes. */
@Injectable()
export class RunUpdates {
  constructor(
    private readonly service: RunService,
    private readonly plans: PlanRepository,
    private readonly history: HistoryRepository,
    private readonly watch: RunWatch,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    private readonly rooms: FollowerRooms,
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

  /** What had come of the answer of a chatflow's run that ended before its answer was whole; null where nothing had. */
  async readShown({ teamId }: Identity, run: RunRecord): Promise<string | null> {
    if (!run.conversationId || (run.status !== 'stopped' && run.status !== 'failed')) return null;
    const bell = this.watch.watch(run.id);
    let text = '';
    for await (const updates of this.read(teamId, run, run.lastSeq, bell))
      for (const update of updates)
        if ('reasoning' in update && !update.reasoning) text = text.slice(0, update.offset) + update.text;
    return text || null;
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
      for (let eventBytes = 0, isFull = false; !bell.isClosed;) {
        const room = this.rooms.takePage(teamId, Math.max(2 * PAGE_BYTES, eventBytes));
        if (!room && eventBytes > 0) {
          await bell.news();
          continue;
        }
        try {
          const pageBytes = room ? Math.max(PAGE_BYTES, eventBytes) : SMALL_PAGE_BYTES;
          const page = await this.readPage(teamId, id, follower, { hasText, pageBytes });
          ({ eventBytes, isFull } = page);
          yield* this.tell(teamId, follower, follower.fold(page.events, page.chunks), bell);
        } finally {
          room?.leave();
        }
        if (follower.hasEnded) return;
        if (!isFull) await bell.news();
      }
    } finally {
      bell.close();
    }
  }

  /** What was folded, when there is room for the large values that it shows. */
  private async *tell(
    teamId: TeamId,
    follower: Follower,
    folded: Folded,
    bell: RunBellWaiter,
  ): AsyncGenerator<Update[], void, void> {
    let room = this.rooms.takeValues(teamId, folded.largeBytes);
    for (; !room; room = this.rooms.takeValues(teamId, folded.largeBytes)) {
      await bell.news();
      if (bell.isClosed) return;
    }
    try {
      const updates = await follower.tell(folded);
      if (updates.length > 0) yield updates;
    } finally {
      room.leave();
    }
  }

  private async readPage(
    teamId: TeamId,
    id: RunId,
    follower: Follower,
    { hasText, pageBytes }: { readonly hasText: boolean; readonly pageBytes: number },
  ): Promise<Page> {
    // Text is read after the events, so that an event in hand speaks only of text that is in hand too.
    const { events, bytes, isFull } = await this.history.readEvents(teamId, id, follower.seq, {
      count: PAGE_COUNT,
      pageBytes,
    });
    const isOver = bytes > pageBytes;
    if (isOver && events.length === 1) return { events: [], chunks: [], eventBytes: bytes, isFull };
    const textBytes = Math.min(pageBytes, PAGE_BYTES);
    const chunks = hasText ? await this.history.listText(teamId, id, follower.known, textBytes) : [];
    const hasMoreText = sizeOf(chunks) >= textBytes;
    const fitting = isOver ? events.slice(0, -1) : events;
    return { events: hasMoreText ? [] : fitting, chunks, eventBytes: 0, isFull: isFull || hasMoreText };
  }
}

interface Page {
  readonly events: readonly RunEvent[];
  readonly chunks: readonly TextChunk[];
  /** Of an event that is larger than the page, and is read when there is room for it; else 0. */
  readonly eventBytes: number;
  /** There may be more already. */
  readonly isFull: boolean;
}

function sizeOf(chunks: readonly TextChunk[]): number {
  return chunks.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0);
}
