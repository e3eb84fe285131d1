import type { FaultLog } from './fault-log.js';
import { signalTree } from './processes.js';

/** A process of the product, or a server that it needs, as a victim sees it. */
interface Life {
  readonly pid: number;
  readonly isRunning: boolean;
  /** What it printed last. */
  readonly lastOutput: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** What of a run a process carries: the run itself, work that is lost with it, or nothing. */
type Part = 'owner' | 'work' | 'nothing';

/** A process that is killed, stopped and started again; all of it is noted. */
export class Victim {
  readonly name: string;
  private readonly life: Life;
  private readonly log: FaultLog;
  private readonly part: Part;
  private undo: (() => void) | undefined;
  private state: 'up' | 'dead' | 'frozen' = 'up';

  constructor(name: string, life: Life, log: FaultLog, part: Part) {
    [this.name, this.life, this.log, this.part] = [name, life, log, part];
    if (part === 'owner') log.note(this, true);
  }

  get pid(): number {
    return this.life.pid;
  }

  get lastOutput(): string {
    return this.life.lastOutput;
  }

  /** SIGKILL; returns when it is gone. */
  async kill(): Promise<void> {
    this.undo?.();
    this.undo = this.log.begin(`${this.name} killed`, this.part !== 'nothing');
    this.state = 'dead';
    await this.life.kill();
    if (this.part === 'owner') this.log.note(this, false);
  }

  /** SIGSTOP to it and all that it has started. */
  async freeze(): Promise<void> {
    this.undo?.();
    this.undo = this.log.begin(`${this.name} stopped`, this.part !== 'nothing');
    this.state = 'frozen';
    await signalTree(this.life.pid, 'SIGSTOP');
    if (this.part === 'owner') this.log.note(this, false);
  }

  /** Whether it has ended although nobody has killed it. */
  get hasDied(): boolean {
    return this.state === 'up' && !this.life.isRunning;
  }

  /** Starts or continues it; returns when it serves. Nothing when it is up. */
  async restore(): Promise<void> {
    if (this.hasDied) this.state = 'dead';
    if (this.state === 'up') return;
    if (this.state === 'frozen') await signalTree(this.life.pid, 'SIGCONT');
    else await this.life.start();
    this.state = 'up';
    if (this.part === 'owner') this.log.note(this, true);
    this.undo?.();
    this.undo = undefined;
  }
}
