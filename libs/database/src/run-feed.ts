import type { RunId } from '@tenon/base';
import type { Logger, RunFeed, TextChunk } from '@tenon/ports';
import type { Database } from './database.js';
import type { RunBell } from './run-bell.js';
import { storableJson } from './storable.js';

/** How long text waits for company before it is written, in milliseconds. */
const TICK_MS = 40;
/** Characters of a row at most: who reads by the page gets a whole row at least. */
const ROW_CHARACTERS = 16 * 1024;
/** Characters that may wait for a slow database; beyond it live text is dropped, the finished value is not. */
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;

/**
 * The run feed in Postgres: all streams of a process share one insert a tick, then one bell. Commits are relaxed for
 * this table alone, since live text is never the record. Text that comes after the end of its run is dropped: a model
 * may go on for a moment after a stop, and nobody is told.
 */
export class PostgresRunFeed implements RunFeed {
  private waiting: TextChunk[] = [];
  private characters = 0;
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private writtenAt = 0;

  constructor(
    private readonly database: Database,
    private readonly bell: RunBell,
    private readonly logger: Logger,
  ) {}

  append(chunk: TextChunk): void {
    if (this.characters > MAX_WAITING_CHARACTERS) return;
    this.waiting.push(chunk);
    this.characters += chunk.text.length;
    // the first text of a while is written at once: somebody waits for it
    this.timer ??= setTimeout(() => void this.write(), Math.max(0, this.writtenAt + TICK_MS - performance.now()));
  }

  async flush(_runId: RunId): Promise<void> {
    await this.write();
  }

  /** Writes one after the other: whoever asks waits for the text that another has taken before. Never rejects. */
  private write(): Promise<void> {
    this.writing = this.writing.then(() => this.writeWaiting());
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const chunks = joinNeighbours(this.waiting);
    if (chunks.length === 0) return;
    this.waiting = [];
    this.characters = 0;
    this.writtenAt = performance.now();
    await this.store(chunks).catch((error: unknown) => {
      this.logger.warn({ error: String(error), chunks: chunks.length }, 'live text dropped');
    });
  }

  private async store(chunks: readonly TextChunk[]): Promise<void> {
    await this.database.rows(STORE, [storableJson(chunks)]);
    for (const { runId } of chunks) this.bell.ring(runId);
  }
}

const STORE = `
with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
insert into text_chunk (run_id, step_key, attempt, execution, channel, "offset", text)
select chunk.* from relaxed, json_to_recordset($1::json)
  as chunk("runId" uuid, "stepKey" text, attempt int, execution int, channel text, "offset" int, text text)
where exists (select from run where id = chunk."runId" and finished_at is null)
on conflict do nothing`;

/** Joins pieces that follow each other in one text, so that a tick writes few rows a stream. */
function joinNeighbours(chunks: readonly TextChunk[]): TextChunk[] {
  const byStream = new Map<string, TextChunk[]>();
  for (const chunk of chunks.flatMap(cutLong)) {
    const name = `${chunk.runId} ${chunk.stepKey} ${chunk.attempt} ${chunk.execution} ${chunk.channel}`;
    const joined = byStream.get(name) ?? [];
    const last = joined.at(-1);
    const follows = last && last.offset + last.text.length === chunk.offset;
    if (follows && last.text.length + chunk.text.length <= ROW_CHARACTERS)
      joined[joined.length - 1] = { ...last, text: last.text + chunk.text };
    else joined.push(chunk);
    byStream.set(name, joined);
  }
  return [...byStream.values()].flat();
}

/** The rows of a piece that is too long for one; a character is never cut in half. */
function cutLong(chunk: TextChunk): TextChunk[] {
  const { text, offset } = chunk;
  const rows: TextChunk[] = [];
  for (let from = 0; from < text.length;) {
    const end = from + ROW_CHARACTERS;
    const to = end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
    rows.push({ ...chunk, offset: offset + from, text: text.slice(from, to) });
    from = to;
  }
  return rows;
}
