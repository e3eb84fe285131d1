import { computed, inject, Injectable } from '@angular/core';
import { Health } from '../api/health.js';
import { Reach } from '../api/reach.js';
import { Quantities } from '../language/quantities.js';
import { healthParts, levelOf, type HealthLevel } from './health-parts.js';

/** How well Tenon is, as pages show it. */
@Injectable({ providedIn: 'root' })
export class HealthState {
  private readonly quantities = inject(Quantities);
  private readonly isAway = inject(Reach).isAway;
  private readonly health = inject(Health);
  readonly watch = () => this.health.watch();
  readonly parts = computed(() => {
    const report = this.health.report();
    if (!report) return undefined;
    const { quantities } = this;
    return healthParts(report, {
      bytes: (bytes) => quantities.bytes(bytes),
      instant: (at) => quantities.instant(at),
    });
  });
  /** Undefined while nothing is known. */
  readonly level = computed((): HealthLevel | undefined => {
    const parts = this.parts();
    return this.isAway() ? 'bad' : parts && levelOf(parts);
  });
}
