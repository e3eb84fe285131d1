import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { StatePill } from '@tenon/ui';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { VirtualRows } from '../shell/virtual-rows.js';
import { Cost } from '../usage/cost.js';
import { reasonOfRun } from './run-reason.js';
import { stateOfRun } from './run-state.js';
import type { RunRowFragment } from './runs.generated.js';

/** Of a row, in pixels. */
const ROW = 52;

/** A table of runs; each leads to its page. Only those in sight are drawn. */
@Component({
  selector: 'tn-run-list',
  imports: [Cost, RouterLink, ScrollingModule, StatePill, VirtualRows],
  templateUrl: './run-list.html',
  styleUrl: './run-list.scss',
})
export class RunList {
  private readonly texts = inject(Texts);
  readonly runs = input.required<readonly RunRowFragment[]>();
  /** Whether each row says of which app it is. */
  readonly hasApps = input(true);

  protected readonly rowHeight = ROW;
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly clock = inject(Clock);
  protected readonly stateOf = stateOfRun;

  protected idOf(_: number, { id }: RunRowFragment): string {
    return id;
  }

  /** Why it is not as one would wish, if there is anything to say. */
  protected reasonOf(run: RunRowFragment): string {
    return reasonOfRun(run, this.texts);
  }

  /** What it was asked, on one line. */
  protected inputOf({ query, inputs }: RunRowFragment): string {
    if (query) return query;
    const values = Object.values((inputs ?? {}) as Record<string, unknown>);
    return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' · ');
  }

  protected durationOf({ startedAt, finishedAt }: RunRowFragment): string {
    if (!startedAt) return '';
    const end = finishedAt ? Date.parse(finishedAt) : this.clock.second();
    return this.quantities.duration(end - Date.parse(startedAt));
  }
}
