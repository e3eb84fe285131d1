import { isTenonError } from '@tenon/base';
import { checkRoom, type Database } from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../parts.js';

/** Why the database takes nothing, and since when. */
export interface DatabaseTrouble {
  readonly since: string;
  readonly reason: string;
}

/** Probing writes to the disk of the database, so it is done no more often than this, whoever asks. */
const FRESH_MS = 1_000;

/** Whether the database answers and has room. */
@Injectable()
export class RoomProbe {
  private probing: Promise<DatabaseTrouble | undefined> | undefined;
  private isUnderWay = false;
  private probedMs = 0;

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** What was found within the last second; undefined while all is well. */
  read(): Promise<DatabaseTrouble | undefined> {
    const now = performance.now();
    if (!this.probing || (!this.isUnderWay && now - this.probedMs > FRESH_MS)) {
      this.probedMs = now;
      this.probing = this.probe(this.probing);
    }
    return this.probing;
  }

  private async probe(last: Promise<DatabaseTrouble | undefined> | undefined): Promise<DatabaseTrouble | undefined> {
    this.isUnderWay = true;
    const before = await last;
    try {
      await checkRoom(this.database);
      return undefined;
    } catch (error) {
      const reason = isTenonError(error) ? error.message : 'The database refuses us.';
      return { since: before?.since ?? new Date().toISOString(), reason };
    } finally {
      this.isUnderWay = false;
    }
  }
}
