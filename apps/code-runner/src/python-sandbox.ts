import { cutPrinted, findResultProblem } from './check-result.js';
import { BrokenFrameError, FrameReader, type Frame } from './frame-reader.js';
import type { PythonProcess } from './python-process.js';
import {
  fail,
  failures,
  limits,
  type Failure,
  type FailureCode,
  type Job,
  type Outcome,
  type Sandbox,
} from './sandbox.js';
import { watchMemory } from './watch-memory.js';

/** A fresh interpreter takes 210 MiB; the rest is its own limit and the way of a result out of it. */
const RESIDENT_MIB = 210 + limits.memoryMiB.python3 + 160;
const REPLY_BYTES = limits.resultBytes + 2 ** 20;
const STARTED_BYTES = 1024;
const SNAPSHOT_BYTES = 256 * 2 ** 20;
const ERRORS_KEPT = 2000;
/** The child cuts its messages well below. */
const MESSAGE_LENGTH = 20_000;

/** Why we killed the process. */
type Killer = 'time' | 'memory' | 'output' | 'nonsense' | 'abort' | 'close';

/** An interpreter did not get ready. */
export class StartError extends Error {
  /** False when it ended by itself, so that the next one would too. */
  readonly wasKilled: boolean;

  constructor(message: string, wasKilled: boolean, options: ErrorOptions) {
    super(message, options);
    this.wasKilled = wasKilled;
  }
}

/** One interpreter process. It runs one job and is gone. */
export class PythonSandbox implements Sandbox {
  readonly isReusable = false;
  readonly ended: Promise<void>;
  #killer: Killer | undefined;
  #exit: { readonly code: number | null; readonly signal: string | null } | undefined;
  #errors = '';
  readonly #child: PythonProcess;
  readonly #frames: FrameReader;

  constructor(child: PythonProcess) {
    this.#child = child;
    this.#frames = new FrameReader(child.stdout);
    child.stderr.on('data', (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-ERRORS_KEPT)));
    // A child that dies while it is written to: its end says why.
    child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve();
      });
      child.on('error', (error) => {
        this.#errors = error.message;
        resolve();
      });
    });
  }

  /**
   * Resolves with the version of Python when the interpreter takes a job. `onSnapshot` gets the memory snapshot of one
   * that was started to make it.
   * @throws  StartError when the process does not get ready in time
   */
  async whenReady(timeoutMs: number, onSnapshot: (bytes: Buffer) => void): Promise<string> {
    const timer = setTimeout(() => this.#kill('time'), timeoutMs);
    try {
      for (;;) {
        const { header, body } = await this.#frames.read(SNAPSHOT_BYTES);
        if (header['type'] === 'ready') return String(header['version']);
        onSnapshot(body);
      }
    } catch (cause) {
      const killer = this.#killer;
      const hasEnded = cause instanceof BrokenFrameError && cause.reason === 'ended';
      if (!hasEnded) this.kill();
      await this.ended;
      const wasKilled = killer !== undefined || (hasEnded && this.#exit?.signal === 'SIGKILL');
      const how = killer === 'time' ? `it took more than ${timeoutMs} ms` : this.#howItEnded();
      throw new StartError(`Python did not start: ${how}`, wasKilled, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async run(job: Job, signal: AbortSignal): Promise<Outcome | undefined> {
    const abort = () => this.#kill('abort');
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const stopWatching = watchMemory(this.#child.pid!, RESIDENT_MIB, () => this.#kill('memory'));
    const timer = setTimeout(() => this.#kill('time'), job.timeoutMs);
    const startedAt = performance.now();
    let hasStarted = false;
    try {
      this.#child.stdin.write(`${JSON.stringify({ code: job.code, inputs: job.inputs })}\n`);
      await this.#frames.read(STARTED_BYTES);
      hasStarted = true;
      const reply = await this.#frames.read(REPLY_BYTES);
      if (this.#killer) return await this.#failureOfEnd(job, signal);
      return readReply(reply, performance.now() - startedAt);
    } catch (error) {
      if (!(error instanceof BrokenFrameError)) throw error;
      if (error.reason === 'tooLarge') this.#kill('output');
      if (!hasStarted && error.reason === 'ended' && !this.#killer) return undefined;
      if (error.reason === 'malformed') this.#kill('nonsense');
      return await this.#failureOfEnd(job, signal);
    } finally {
      clearTimeout(timer);
      stopWatching();
      signal.removeEventListener('abort', abort);
      this.kill();
    }
  }

  kill(): void {
    this.#kill('close');
  }

  #kill(killer: Killer): void {
    this.#killer ??= killer;
    this.#child.kill('SIGKILL');
  }

  /** No reply came: the reason is who killed it, or how it died. */
  async #failureOfEnd(job: Job, signal: AbortSignal): Promise<Failure> {
    await this.ended;
    switch (this.#killer) {
      case 'abort':
        throw signal.reason;
      case 'close':
        return failures.closed();
      case 'time':
        return failures.timedOut(job.timeoutMs);
      case 'memory':
        return failures.outOfMemory(limits.memoryMiB.python3);
      case 'output':
        return failures.resultTooLarge();
      case 'nonsense':
        return brokenInterpreter();
      case undefined:
        break;
    }
    const signalName = this.#exit?.signal;
    if (signalName === 'SIGKILL') {
      return fail('code.unavailable', 'The sandbox was killed from outside; the computer may be out of memory.');
    }
    // Node ends itself this way when its own heap is full.
    if (signalName === 'SIGABRT' || signalName === 'SIGTRAP' || this.#exit?.code === 134) {
      return failures.outOfMemory(limits.memoryMiB.python3);
    }
    return fail('code.failed', `The interpreter ended before main returned: ${this.#howItEnded()}`);
  }

  #howItEnded(): string {
    const { code, signal } = this.#exit ?? { code: null, signal: null };
    const ending = signal ? `ended by ${signal}` : `ended with ${code ?? 'an error'}`;
    return this.#errors ? `${ending}: ${this.#errors.trim()}` : `${ending}.`;
  }
}

const codes: ReadonlySet<string> = new Set<FailureCode>([
  'code.failed',
  'code.outOfMemory',
  'code.outputTooLarge',
  'code.packageMissing',
]);

function readReply({ header, body }: Frame, durationMs: number): Outcome {
  const printed = cutPrinted(String(header['printed'] ?? ''));
  const status = String(header['status']);
  const text = body.toString();
  if (status === 'ok') {
    return findResultProblem(text, printed) ?? { ok: true, result: text, printed, durationMs };
  }
  if (!codes.has(status)) return brokenInterpreter(printed);
  return failureOf(status as FailureCode, text, printed);
}

const brokenInterpreter = (printed = '') => fail('code.failed', 'The code broke the interpreter it ran in.', printed);

function failureOf(code: FailureCode, text: string, printed: string): Failure {
  switch (code) {
    case 'code.outOfMemory':
      return failures.outOfMemory(limits.memoryMiB.python3, printed);
    case 'code.outputTooLarge':
      return text === 'depth' ? failures.resultTooDeep(printed) : failures.resultTooLarge(printed);
    case 'code.packageMissing':
      return fail(
        code,
        `The Python package ${text.slice(0, 100)} is not available; code can import the standard library only.`,
        printed,
      );
    default:
      return fail(code, text.slice(0, MESSAGE_LENGTH), printed);
  }
}
