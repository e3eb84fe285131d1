import type { RunId } from '@tenon/base';
import {
  cancelOnAbort,
  emptyDueConversation,
  isTooMuch,
  listKeepingRules,
  listRemovedRuns,
  listUnnamedObjects,
  noteForgotten,
  removeDueConversations,
  removeDueRuns,
  removeUnusedFiles,
  removeUnusedPlans,
  whileRemoving,
  type Database,
  type KeepingRule,
} from '@tenon/database';
import type { Logger, ObjectStore } from '@tenon/ports';

const FIRST_MS = 60_000;
const EVERY_MS = 600_000;
/** One look removes no longer than this; what is left is for the next. */
const LOOK_MS = 60_000;
/** After that it tells the workflow server what to forget, for no longer than this. */
const FORGET_MS = 20_000;
/** So many go at a time, or fewer while that takes too long. */
const BATCHES = {
  runs: 50,
  testRuns: 50,
  conversations: 5,
  runsOfConversations: 50,
  plans: 20,
  files: 50,
};
const FORGET_PAGE = 50;
const OBJECTS_PAGE = 5_000;
/** For so long an object may be there before a row names it. */
const GRACE_MS = 3_600_000;
/** The time of a file is by a clock that may have jumped by an hour since. */
const GRACE_OF_FILES_MS = 2 * GRACE_MS;
const MAX_DOUBTED = 100_000;

export interface KeeperParts {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly logger: Logger;
  /** Lets the workflow server forget a run of which no record is left. @param signal  ends it in the middle */
  readonly forget: (runId: RunId, signal: AbortSignal) => Promise<void>;
  /** For what a team has not set. */
  readonly keeping: Omit<KeepingRule, 'teamId'>;
  /** Milliseconds of a clock that nobody sets. */
  readonly now?: () => number;
}

/**
 * Removes what was kept long enough: ended runs with their record, conversations that are over, plans and uploads that
 * nothing names, and objects that no row names. One worker does it at a time, in batches that nobody waits for.
 */
export class Keeper {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<unknown> = Promise.resolve();
  private readonly closing = new AbortController();
  private readonly database: Database;
  /** Objects that no row named, and when that was first seen: an object is removed when that is long ago. */
  private readonly doubted = new Map<string, number>();
  private lastObject = '';
  private lastToForget: RunId | undefined;
  /** How many go at a time, kept from look to look: finding out takes long. */
  private readonly batches = { ...BATCHES };
  private readonly now: () => number;

  constructor(private readonly parts: KeeperParts) {
    this.now = parts.now ?? (() => performance.now());
    this.database = cancelOnAbort(parts.database, this.closing.signal);
  }

  start(delayMs = FIRST_MS): void {
    this.timer = setTimeout(() => {
      this.current = this.keep().catch((error: unknown) => {
        this.parts.logger.warn(
          { error: String(error) },
          'what is no longer kept could not be removed, it is tried again',
        );
      });
      void this.current.then(() => !this.isClosed() && this.start(EVERY_MS));
    }, delayMs);
  }

  /** Ends the look that is under way, in the middle of a removal: it is all undone. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    await this.current;
  }

  /** One look. @returns false when another worker does it, or a backup is being made */
  async keep(): Promise<boolean> {
    const { database } = this;
    const { logger } = this.parts;
    return whileRemoving(database, async (lost) => {
      const removed: Record<string, number> = {};
      const within = (limitMs: number) => {
        const deadline = this.now() + limitMs;
        return () => !this.isClosed() && !lost.aborted && this.now() < deadline;
      };
      const mayGoOn = within(LOOK_MS);
      const failures: unknown[] = [];
      /** What cannot be removed does not hold up the rest. */
      const apart = (work: Promise<unknown>) =>
        work.catch((error: unknown) => void (this.isClosed() || failures.push(error)));
      try {
        for (const rule of await listKeepingRules(database, this.parts.keeping))
          for (const remove of this.removalsOf(rule, removed, mayGoOn)) await apart(remove());
        await apart(
          this.inBatches('plans', mayGoOn, async (limit) => {
            const count = await removeUnusedPlans(database, limit);
            add(removed, 'plans', count);
            return count;
          }),
        );
        if (mayGoOn()) await apart(this.removeObjects(removed, mayGoOn));
        await apart(this.forgetRemoved(within(FORGET_MS), apart));
      } finally {
        if (failures.length > 0)
          logger.warn(
            { error: String(failures[0]), failures: failures.length },
            'something that is no longer kept could not be removed, it is tried again',
          );
        if (Object.keys(removed).length > 0) logger.info(removed, 'what was kept long enough is removed');
      }
    });
  }

  private isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** The removals of a team, each by itself. */
  private removalsOf(rule: KeepingRule, removed: Record<string, number>, mayGoOn: () => boolean) {
    const { database } = this;
    const runs = (kind: 'published' | 'test', name: 'runs' | 'testRuns') => () =>
      this.inBatches(name, mayGoOn, async (limit) => {
        const gone = await removeDueRuns(database, rule, kind, limit);
        add(removed, name, gone.length);
        return gone.length;
      });
    const conversations = () =>
      this.inBatches('conversations', mayGoOn, async (limit) => {
        const gone = await removeDueConversations(database, rule, limit);
        add(removed, 'conversations', gone.conversations);
        add(removed, 'runsOfConversations', gone.runs.length);
        return gone.conversations;
      });
    const recordsOfOne = () =>
      this.inBatches('runsOfConversations', mayGoOn, (limit) => emptyDueConversation(database, rule, limit));
    const largeConversations = async () => {
      for (;;)
        try {
          return await conversations();
        } catch (error) {
          if (!isTooMuch(error) || (await recordsOfOne()) === 0) throw error;
        }
    };
    const files = () =>
      this.inBatches('files', mayGoOn, async (limit) => {
        const count = await removeUnusedFiles(database, rule, limit);
        add(removed, 'files', count);
        return count;
      });
    return [runs('published', 'runs'), runs('test', 'testRuns'), largeConversations, files];
  }

  /**
   * What the workflow server cannot be told now, it is told at a later look, after all the others have had their turn. A
   * page of which it takes nothing is the last: it is away.
   */
  private async forgetRemoved(
    mayGoOn: () => boolean,
    apart: (work: Promise<unknown>) => Promise<unknown>,
  ): Promise<void> {
    const { database, closing } = this;
    const forget = async (runId: RunId) => {
      await this.parts.forget(runId, closing.signal);
      await noteForgotten(database, runId);
      return true;
    };
    let isTaken: boolean;
    do {
      isTaken = false;
      const page = await listRemovedRuns(database, FORGET_PAGE, this.lastToForget);
      for (const runId of page) {
        if (!mayGoOn()) return;
        this.lastToForget = runId;
        if (await apart(forget(runId))) isTaken = true;
      }
      if (page.length < FORGET_PAGE) this.lastToForget = undefined;
    } while (isTaken && this.lastToForget);
  }

  /** Repeats `remove` while it finds something, with fewer at a time when that takes too long. @returns how many went */
  private async inBatches(
    kind: keyof typeof BATCHES,
    mayGoOn: () => boolean,
    remove: (limit: number) => Promise<number>,
  ): Promise<number> {
    let sum = 0;
    while (mayGoOn()) {
      const limit = this.batches[kind];
      try {
        const count = await remove(limit);
        if (count === 0) break;
        sum += count;
        this.batches[kind] = Math.min(limit + 1, BATCHES[kind]);
      } catch (error) {
        if (limit === 1 || !isTooMuch(error)) throw error;
        this.batches[kind] = Math.floor(limit / 2);
      }
    }
    return sum;
  }

  private async removeObjects(removed: Record<string, number>, mayGoOn: () => boolean): Promise<void> {
    const { database } = this;
    const { objects } = this.parts;
    add(removed, 'unfinishedWrites', await objects.removeUnfinished(GRACE_OF_FILES_MS));
    while (mayGoOn()) {
      const page = await objects.list('', this.lastObject, OBJECTS_PAGE);
      this.lastObject = page.length < OBJECTS_PAGE ? '' : (page.at(-1) as string);
      const unnamed = new Set(await listUnnamedObjects(database, page));
      for (const key of page) {
        if (!mayGoOn()) return;
        if (!unnamed.has(key)) this.doubted.delete(key);
        else if (await this.removeDoubted(key)) add(removed, 'objects', 1);
      }
      if (this.lastObject === '') return;
    }
  }

  /** The clock of the machine may jump, so that an object looks old that is not: it must have been seen for long as well. */
  private async removeDoubted(key: string): Promise<boolean> {
    const since = this.doubted.get(key);
    if (since === undefined) {
      if (this.doubted.size < MAX_DOUBTED) this.doubted.set(key, this.now());
      return false;
    }
    if (this.now() - since < GRACE_MS) return false;
    const isRemoved = await this.parts.objects.removeUnused(key, GRACE_OF_FILES_MS);
    this.doubted.delete(key);
    return isRemoved;
  }
}

function add(counts: Record<string, number>, name: string, count: number): void {
  if (count > 0) counts[name] = (counts[name] ?? 0) + count;
}
