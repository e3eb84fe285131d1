import {
  listKeepingRules,
  listUnnamedObjects,
  removeDueConversations,
  removeDueRuns,
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
const RUNS_BATCH = 50;
const CONVERSATIONS_BATCH = 5;
const PLANS_BATCH = 20;
const OBJECTS_PAGE = 5_000;
/** For so long an object may be there before a row names it. */
const GRACE_MS = 3_600_000;
const MAX_DOUBTED = 100_000;

export interface KeeperParts {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly logger: Logger;
  /** For what a team has not set. */
  readonly keeping: Omit<KeepingRule, 'teamId'>;
  /** Milliseconds of a clock that nobody sets. */
  readonly now?: () => number;
}

/**
 * Removes what was kept long enough: ended runs with their record, conversations that are over, plans that nothing names,
 * and objects that no row names. One worker does it at a time, in batches that nobody waits for.
 */
export class Keeper {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<unknown> = Promise.resolve();
  private isClosed = false;
  /** Objects that no row named, and when that was first seen: an object is removed when that is long ago. */
  private readonly doubted = new Map<string, number>();
  private lastObject = '';
  private readonly now: () => number;

  constructor(private readonly parts: KeeperParts) {
    this.now = parts.now ?? (() => performance.now());
  }

  start(delayMs = FIRST_MS): void {
    this.timer = setTimeout(() => {
      this.current = this.keep().catch((error: unknown) => {
        this.parts.logger.warn(
          { error: String(error) },
          'what is no longer kept could not be removed, it is tried again',
        );
      });
      void this.current.then(() => !this.isClosed && this.start(EVERY_MS));
    }, delayMs);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.current;
  }

  /** One look. @returns false when another worker does it, or a backup is being made */
  async keep(): Promise<boolean> {
    const { database, logger } = this.parts;
    return whileRemoving(database, async (lost) => {
      const removed: Record<string, number> = {};
      const deadline = this.now() + LOOK_MS;
      const mayGoOn = () => !this.isClosed && !lost.aborted && this.now() < deadline;
      try {
        for (const rule of await listKeepingRules(database, this.parts.keeping)) {
          if (mayGoOn()) await this.removeRuns(rule, removed, mayGoOn);
        }
        await inBatches(mayGoOn, PLANS_BATCH, async () => {
          const count = await removeUnusedPlans(database, PLANS_BATCH);
          add(removed, 'plans', count);
          return count;
        });
        if (mayGoOn()) await this.removeObjects(removed, mayGoOn);
      } finally {
        if (Object.keys(removed).length > 0) logger.info(removed, 'what was kept long enough is removed');
      }
    });
  }

  private async removeRuns(rule: KeepingRule, removed: Record<string, number>, mayGoOn: () => boolean): Promise<void> {
    const { database } = this.parts;
    for (const kind of ['published', 'test'] as const) {
      await inBatches(mayGoOn, RUNS_BATCH, async () => {
        const count = await removeDueRuns(database, rule, kind, RUNS_BATCH);
        add(removed, kind === 'test' ? 'testRuns' : 'runs', count);
        return count;
      });
    }
    await inBatches(mayGoOn, CONVERSATIONS_BATCH, async () => {
      const { conversations, runs } = await removeDueConversations(database, rule, CONVERSATIONS_BATCH);
      add(removed, 'conversations', conversations);
      add(removed, 'runsOfConversations', runs);
      return conversations;
    });
  }

  private async removeObjects(removed: Record<string, number>, mayGoOn: () => boolean): Promise<void> {
    const { database, objects } = this.parts;
    add(removed, 'unfinishedWrites', await objects.removeUnfinished(GRACE_MS));
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
    const isRemoved = await this.parts.objects.removeUnused(key, GRACE_MS);
    this.doubted.delete(key);
    return isRemoved;
  }
}

/** Repeats `remove` while it finds a full batch. */
async function inBatches(mayGoOn: () => boolean, size: number, remove: () => Promise<number>): Promise<void> {
  while (mayGoOn() && (await remove()) === size);
}

function add(counts: Record<string, number>, name: string, count: number): void {
  if (count > 0) counts[name] = (counts[name] ?? 0) + count;
}
