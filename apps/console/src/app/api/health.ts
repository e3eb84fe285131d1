import { inject, Injectable, signal } from '@angular/core';
import { Reach } from './reach.js';

/** What `GET /health` tells members; of what it does not know it says nothing. */
export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  /** Why nothing is accepted, and since when. */
  readonly reason?: string;
  readonly since?: string;
  readonly workflowServer?: { readonly state: 'up' | 'away'; readonly since: string | null };
  readonly runs?: { readonly queued: number; readonly underWay: number; readonly workers: number };
  readonly disk?: { readonly freeBytes: number | null; readonly warning: string | null };
}

const LOOK_MS = 10_000;
const PATIENCE_MS = 5_000;

/** What Tenon says of itself, asked again and again while somebody may see it. */
@Injectable({ providedIn: 'root' })
export class Health {
  private readonly reach = inject(Reach);
  /** What was said last; undefined before the first word. */
  readonly report = signal<HealthReport | undefined>(undefined);

  /** Begins to ask. @returns what ends it */
  watch(): () => void {
    const look = () => {
      if (!document.hidden && !this.reach.isAway()) void this.look();
    };
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }

  private async look(): Promise<void> {
    try {
      // eslint-disable-next-line no-restricted-globals -- the page asks the server that it came from
      const response = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
      this.report.set((await response.json()) as HealthReport);
    } catch {
      // nobody answers, or somebody before the API: `Reach` finds out
    }
  }
}
