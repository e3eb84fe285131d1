import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { EndOtherSessionsDocument, EndSessionDocument, SessionsDocument } from './profile.generated.js';

/** Browsers that are signed in and tokens that are in use; each can be ended. */
@Component({
  selector: 'tn-sessions-list',
  imports: [MatButtonModule, Pending, ProblemLine],
  template: `
    <tn-pending [of]="asked" [rows]="3" />
    @if (asked.data()) {
      <ul>
        @for (session of sessions(); track session.id) {
          <li>
            <span class="who">
              <strong>{{ session.kind === 'TOKEN' ? session.name : browserOf(session.client) }}</strong>
              <small>
                {{ session.isCurrent ? t('profile.thisBrowser') : t('profile.used', { when: ago(session.usedAt) }) }}
              </small>
            </span>
            @if (!session.isCurrent) {
              <button mat-button [disabled]="act.isBusy()" (click)="end(session.id)">
                {{ session.kind === 'TOKEN' ? t('profile.revoke') : t('nav.signOut') }}
              </button>
            }
          </li>
        }
      </ul>
      <tn-problem-line [problem]="act.problem()" />
      @if (hasOthers()) {
        <button mat-stroked-button [disabled]="act.isBusy()" (click)="endOthers()" data-testid="profile.endOthers">
          {{ t('profile.endOthers') }}
        </button>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-3);
      justify-items: start;
    }
    ul {
      width: 100%;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-3);
      min-height: 44px;
      border-bottom: 1px solid var(--line);
    }
    .who {
      display: grid;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    small {
      color: var(--text-3);
    }
  `,
})
export class SessionsList {
  private readonly mutations = inject(Mutations);
  private readonly quantities = inject(Quantities);
  private readonly clock = inject(Clock);
  protected readonly t = inject(Texts).t;
  protected readonly act = new Act();
  protected readonly asked = ask(SessionsDocument, () => ({}));
  protected readonly sessions = computed(() => this.asked.data()?.sessions ?? []);
  protected readonly hasOthers = computed(() =>
    this.sessions().some(({ kind, isCurrent }) => kind === 'BROWSER' && !isCurrent),
  );

  protected ago(at: string): string {
    return this.quantities.ago(at, this.clock.minute());
  }

  /** The part of what a browser calls itself by which people know it. */
  protected browserOf(client: string): string {
    const [, name = ''] = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(client) ?? [];
    const [, system = ''] = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(client) ?? [];
    const known = { Edg: 'Edge', OPR: 'Opera' }[name] ?? name;
    return known ? [known, system].filter(Boolean).join(' · ') : client || this.t('profile.unknownBrowser');
  }

  protected async end(sessionId: string): Promise<void> {
    await this.act.run(() => this.mutations.perform(EndSessionDocument, { input: { sessionId } }));
    this.asked.reload();
  }

  protected async endOthers(): Promise<void> {
    await this.act.run(() => this.mutations.perform(EndOtherSessionsDocument, {}));
    this.asked.reload();
  }
}
