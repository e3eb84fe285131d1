import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { cutPrinted, findResultProblem } from './check-result.js';
import { fail, failures, limits, type Job, type Outcome, type Sandbox } from './sandbox.js';

const script = fileURLToPath(new URL('./javascript-worker.mjs', import.meta.url));
/** The interpreter stops itself at the limit; when it does not, its thread is ended after this. */
const GRACE_MS = 500;
/** Memory of earlier instances is given back at the latest when the thread ends. */
const JOBS_PER_WORKER = 50;
/** More than 256 KiB overruns the stack of the host before the interpreter notices. */
const STACK_BYTES = 256 * 1024;

interface Reply {
  readonly type: 'reply';
  readonly status: string;
  readonly text: string;
  readonly printed: string;
  /** Did the interpreter come to an ordinary end? */
  readonly isClean: boolean;
}

type Ending = { readonly by: 'reply'; readonly reply: Reply } | { readonly by: 'time' | 'abort' | 'close' } | Crash;
interface Crash {
  readonly by: 'crash';
  readonly message: string;
}

/** A thread that runs one job after the other, each in a new WebAssembly instance. */
export class JavaScriptSandbox implements Sandbox {
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  #jobs = 0;
  #isReusable = true;
  #hasEnded = false;
  #settle: (ending: Ending) => void = () => {};

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#settle({ by: 'reply', reply }));
    worker.on('error', (error: unknown) => {
      this.#isReusable = false;
      this.#settle({ by: 'crash', message: error instanceof Error ? error.message : String(error) });
    });
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#isReusable = false;
        this.#hasEnded = true;
        this.#settle({ by: 'crash', message: 'its thread ended' });
        resolve();
      });
    });
  }

  /** @throws the error that kept the thread from starting */
  static async start(): Promise<JavaScriptSandbox> {
    const { memoryMiB, ...sizes } = limits;
    const inside = { ...sizes, memoryMiB: memoryMiB.javascript, messageLength: 4000, stackLines: 30 };
    const worker = new Worker(script, {
      workerData: { limits: inside, stackBytes: STACK_BYTES },
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 192 },
    });
    await once(worker, 'message');
    return new JavaScriptSandbox(worker);
  }

  get isReusable(): boolean {
    return this.#isReusable && this.#jobs < JOBS_PER_WORKER;
  }

  async run(job: Job, signal: AbortSignal): Promise<Outcome | undefined> {
    if (this.#hasEnded) return undefined;
    this.#jobs++;
    const startedAt = performance.now();
    const ending = await this.#wait(job, signal);
    if (ending.by !== 'reply') {
      this.kill();
      await this.ended;
    }
    switch (ending.by) {
      case 'abort':
        throw signal.reason;
      case 'time':
        return failures.timedOut(job.timeoutMs);
      case 'close':
        return failures.closed();
      case 'crash':
        if (/memory/i.test(ending.message)) return failures.outOfMemory(limits.memoryMiB.javascript);
        return fail('code.failed', `The interpreter ended before main returned: ${ending.message}.`);
      case 'reply':
        this.#isReusable &&= ending.reply.isClean;
        return readReply(ending.reply, job, performance.now() - startedAt);
    }
  }

  kill(): void {
    this.#isReusable = false;
    this.#settle({ by: 'close' });
    void this.#worker.terminate();
  }

  #wait(job: Job, signal: AbortSignal): Promise<Ending> {
    return new Promise((resolve) => {
      const abort = () => this.#settle({ by: 'abort' });
      const timer = setTimeout(() => this.#settle({ by: 'time' }), job.timeoutMs + GRACE_MS);
      this.#settle = (ending) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#settle = () => {};
        resolve(ending);
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      else this.#worker.postMessage({ code: job.code, inputs: job.inputs, timeoutMs: job.timeoutMs });
    });
  }
}

function readReply({ status, text, ...reply }: Reply, job: Job, durationMs: number): Outcome {
  const printed = cutPrinted(reply.printed);
  switch (status) {
    case 'ok':
      return findResultProblem(text, printed) ?? { ok: true, result: text, printed, durationMs };
    case 'code.timedOut':
      return { ...failures.timedOut(job.timeoutMs), printed };
    case 'code.outOfMemory':
      return failures.outOfMemory(limits.memoryMiB.javascript, printed);
    case 'code.outputTooLarge':
      return text === 'depth' ? failures.resultTooDeep(printed) : failures.resultTooLarge(printed);
    default:
      return fail('code.failed', text, printed);
  }
}
