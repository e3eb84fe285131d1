import { isTenonError } from '@tenon/base';
import { chooseForFolder, choosePresent, freeMemoryBytes } from './choose-model.js';
import { pullErrors } from './errors.js';
import { getModel, type ModelId, type ModelManifest } from './manifest.js';
import { listPresent } from './model-files.js';
import { pullModel, type PullOptions } from './pull.js';

/** What `GET /pull` answers. Times are ISO 8601; `error` is one sentence and only there when failed. */
export interface PullStatus {
  readonly state: 'absent' | 'downloading' | 'verifying' | 'loading' | 'ready' | 'failed';
  readonly model: ModelId | null;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly startedAt: string | null;
  readonly error?: string;
}

/** What of the pull's life is worth a line in the log. */
export type PullLog = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The one pull of this process: at most one runs, and it can be watched. */
export class PullJob {
  private current: PullStatus | undefined;
  private running: Promise<void> | undefined;
  private readonly stopped = new AbortController();

  constructor(
    private readonly options: Omit<PullOptions, 'signal' | 'onProgress'>,
    private readonly log: PullLog,
  ) {}

  /** How the pull is; without one, whether a model is here. */
  status(): PullStatus {
    if (this.current && this.current.state !== 'ready') return this.current;
    const present = listPresent(this.options.folders);
    const best = present.find(({ id }) => id === this.current?.model) ?? choosePresent(present, freeMemoryBytes());
    if (!best) return { state: 'absent', model: null, receivedBytes: 0, totalBytes: 0, startedAt: null };
    return {
      state: 'ready',
      model: best.id,
      receivedBytes: best.bytes,
      totalBytes: best.bytes,
      startedAt: this.current?.startedAt ?? null,
    };
  }

  /**
   * Starts a pull, or joins the one that runs for the same model. Without `id` the best model that is here or that this
   * machine has room for; where it has none, the status says what is missing.
   * @throws pull.unknownModel, pull.busy
   */
  start(id?: string): PullStatus {
    const wanted = id === undefined ? undefined : getModel(id);
    if (this.running) {
      if (wanted && wanted.id !== this.current?.model) {
        throw pullErrors.busy(`${this.current?.model} is being downloaded: ask again when it is done.`);
      }
      return this.status();
    }
    const startedAt = new Date().toISOString();
    let model: ModelManifest;
    try {
      model = wanted ?? this.choose();
    } catch (error) {
      return (this.current = this.failed(error, null, startedAt));
    }
    this.current = { state: 'downloading', model: model.id, receivedBytes: 0, totalBytes: model.bytes, startedAt };
    this.running = this.run(model, startedAt).finally(() => (this.running = undefined));
    return this.current;
  }

  /** Ends a running pull; what it has brought is kept for the next one. */
  async stop(): Promise<void> {
    this.stopped.abort(new Error('the process ends'));
    await this.running;
  }

  private choose(): ModelManifest {
    const { folders } = this.options;
    return choosePresent(listPresent(folders), freeMemoryBytes()) ?? chooseForFolder(folders.cache);
  }

  private async run(model: ModelManifest, startedAt: string): Promise<void> {
    this.log({ model: model.id, bytes: model.bytes }, 'model pull started');
    try {
      const file = await pullModel(model, {
        ...this.options,
        signal: this.stopped.signal,
        onProgress: (progress) => (this.current = { ...progress, model: model.id, startedAt }),
      });
      this.current = {
        state: 'ready',
        model: model.id,
        receivedBytes: model.bytes,
        totalBytes: model.bytes,
        startedAt,
      };
      this.log({ model: model.id, file, sha256: model.sha256 }, 'model pull finished');
    } catch (error) {
      this.current = this.failed(error, model, startedAt);
      if (!this.stopped.signal.aborted) this.log({ model: model.id, error }, 'model pull failed');
    }
  }

  private failed(error: unknown, model: ModelManifest | null, startedAt: string): PullStatus {
    const { receivedBytes = 0 } = this.current ?? {};
    const sentence = error instanceof Error ? error.message : String(error);
    if (!isTenonError(error) && !this.stopped.signal.aborted) this.log({ error }, 'model pull met an unexpected error');
    return {
      state: 'failed',
      model: model?.id ?? null,
      receivedBytes: model ? receivedBytes : 0,
      totalBytes: model?.bytes ?? 0,
      startedAt,
      error: sentence,
    };
  }
}
