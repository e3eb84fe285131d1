import { isTenonError } from '@tenon/base';
import type { ChatEngine } from './engine.js';
import { chatErrors } from './errors.js';
import type { ModelManifest } from './manifest.js';

/** Brings a model whose file is here into memory. */
export type LoadEngine = (model: ModelManifest) => Promise<ChatEngine>;

/** Whether a model is in memory. `error` is one sentence. */
export type LoadState =
  | { readonly state: 'unloaded' }
  | { readonly state: 'loading' | 'loaded'; readonly model: ModelManifest; readonly since: string }
  | { readonly state: 'failed'; readonly model: ModelManifest; readonly since: string; readonly error: string };

/**
 * Keeps at most one model in memory: loaded at the first request, given back after a time without any.
 * Callers hold a turn of the queue from `use` to `done`, so a model is never taken from under a reply.
 */
export class EngineHolder {
  private loaded: { readonly model: ModelManifest; readonly engine: Promise<ChatEngine> } | undefined;
  private current: LoadState = { state: 'unloaded' };
  private users = 0;
  private idle: NodeJS.Timeout | undefined;
  /** Settles when the memory of the engine before is given back: two at once may be more than there is. */
  private freed: Promise<void> = Promise.resolve();

  constructor(
    private readonly load: LoadEngine,
    private readonly idleMs: number,
  ) {}

  get state(): LoadState {
    return this.current;
  }

  /**
   * The engine of `model`, loaded if need be; another one gives its memory back first. `done` must follow, whatever
   * this does.
   * @throws chat.model_failed when it cannot be loaded
   */
  async use(model: ModelManifest): Promise<ChatEngine> {
    this.users++;
    clearTimeout(this.idle);
    if (this.loaded?.model.id !== model.id) {
      void this.unload();
      this.loaded = { model, engine: this.freed.then(() => this.begin(model)) };
    }
    return this.loaded.engine;
  }

  /** Ends what `use` began. */
  done(): void {
    if (--this.users > 0) return;
    this.idle = setTimeout(() => void this.unload(), this.idleMs);
    this.idle.unref();
  }

  /** Gives the memory back. Nobody may be using the engine. */
  unload(): Promise<void> {
    clearTimeout(this.idle);
    const { loaded } = this;
    this.loaded = undefined;
    if (loaded) {
      this.current = { state: 'unloaded' };
      // An engine that failed to load has told its user, and there is nothing to give back.
      const engine = loaded.engine.catch(() => undefined);
      this.freed = engine.then((it) => it?.dispose());
    }
    return this.freed;
  }

  private async begin(model: ModelManifest): Promise<ChatEngine> {
    this.current = { state: 'loading', model, since: new Date().toISOString() };
    try {
      const engine = await this.load(model);
      this.current = { state: 'loaded', model, since: new Date().toISOString() };
      return engine;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = `${model.name} could not be loaded: ${reason}`;
      this.loaded = undefined;
      this.current = { state: 'failed', model, since: new Date().toISOString(), error };
      throw isTenonError(cause) && cause.code === 'chat.model_not_ready'
        ? cause
        : chatErrors.model_failed(error, { cause });
    }
  }
}
