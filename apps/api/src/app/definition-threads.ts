import type { Logger } from '@tenon/ports';
import pLimit from 'p-limit';
import { Piscina } from 'piscina';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { definitionErrors } from './definition-errors.js';
import * as work from './definition.thread.js';

/** What a thread may take for one definition. */
export interface ThreadLimits {
  /** From when its turn has come. */
  readonly timeMs: number;
  readonly memoryMiB: number;
}

/**
 * The largest definition that may be, of 10 000 nodes, takes a few seconds and 256 MiB; a slow computer that has other
 * things to do needs some ten times as long.
 */
const LIMITS: ThreadLimits = { timeMs: 60_000, memoryMiB: 512 };
/** More would take processors and memory from the runs. */
const MAX_THREADS = 2;
/** Each may hold a text of 10 MiB. */
const MAX_WAITING = 20;
/** A thread that has nothing to do gives its memory back after this, in milliseconds. */
const IDLE_MS = 60_000;
const RETRY_MS = 5_000;

/**
 * Longest input that is worked on in place, in characters. A thread that has to be started first takes a tenth of a
 * second and some 50 MiB, which most apps are not worth: of these sizes each takes 10 to 20 milliseconds. YAML is the
 * slowest to read, about a millisecond for every KiB.
 */
const IN_PLACE = { text: 16 * 1024, document: 64 * 1024, compiled: 64 * 1024, exported: 32 * 1024 };

/**
 * Reads, compiles and prints definitions. Large ones, for which it takes seconds, in threads of their own, so that
 * everybody else is answered meanwhile.
 */
export class DefinitionThreads {
  private readonly pool: Piscina;
  // the pool has turns of its own, but they would count against the time limit
  private readonly inTurn = pLimit(MAX_THREADS);

  /** @param script  what the threads run: definition.thread.ts, built */
  constructor(
    logger: Logger,
    script: string = fileURLToPath(new URL('./definition.thread.js', import.meta.url)),
    private readonly limits: ThreadLimits = LIMITS,
  ) {
    this.pool = new Piscina({
      filename: script,
      minThreads: 0,
      maxThreads: MAX_THREADS,
      idleTimeout: IDLE_MS,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMiB },
    });
    // of a thread that had nothing to do, so that nobody else hears of it
    this.pool.on('error', (error: unknown) => logger.warn({ error: String(error) }, 'a definition thread ended'));
  }

  /** Definitions that are worked on in threads at the moment. */
  get underWay(): number {
    return this.inTurn.activeCount;
  }

  /** @throws definition.tooSlow, definition.tooLarge, definition.busy */
  read(source: work.DefinitionSource): Promise<ReturnType<typeof work.readDefinition>> {
    const { content } = source;
    const isSmall =
      'text' in content
        ? content.text.length <= IN_PLACE.text
        : JSON.stringify(content.document).length <= IN_PLACE.document;
    return this.perform('readDefinition', source, isSmall);
  }

  /** @throws definition.tooSlow, definition.tooLarge, definition.busy */
  compile(text: string): Promise<work.CompiledText> {
    return this.perform('compileDefinition', text, text.length <= IN_PLACE.compiled);
  }

  /** @throws definition.tooSlow, definition.tooLarge, definition.busy */
  export(text: string): Promise<string> {
    return this.perform('exportDefinition', text, text.length <= IN_PLACE.exported);
  }

  /** Ends the threads and what they work on. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async perform<Name extends keyof Work>(
    name: Name,
    input: Parameters<Work[Name]>[0],
    isSmall: boolean,
  ): Promise<ReturnType<Work[Name]>> {
    if (!isSmall) return this.performInThread(name, input);
    // many small ones, each in a turn of its own
    await setImmediate();
    return (work[name] as (input: unknown) => ReturnType<Work[Name]>)(input);
  }

  private async performInThread(name: string, input: unknown) {
    if (this.inTurn.pendingCount >= MAX_WAITING)
      throw definitionErrors.busy('Too many large apps are being worked on; try again in a moment.', {
        retryAfterMs: RETRY_MS,
      });
    return this.inTurn(async () => {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), this.limits.timeMs);
      try {
        return await this.pool.run(input, { name, signal: limit.signal });
      } catch (error) {
        throw limit.signal.aborted ? this.tooSlow(error) : this.tooLarge(error);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  private tooSlow(cause: unknown): Error {
    const seconds = this.limits.timeMs / 1_000;
    const message = `Working on the app took longer than ${seconds} seconds; split it into several apps.`;
    return definitionErrors.tooSlow(message, { cause });
  }

  private tooLarge(cause: unknown): unknown {
    if ((cause as { code?: unknown }).code !== 'ERR_WORKER_OUT_OF_MEMORY') return cause;
    const message = `Working on the app took more than ${this.limits.memoryMiB} MiB of memory; split it into several apps.`;
    return definitionErrors.tooLarge(message, { cause });
  }
}

type Work = Pick<typeof work, 'readDefinition' | 'compileDefinition' | 'exportDefinition'>;
