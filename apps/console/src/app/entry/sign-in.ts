import { Component, inject, input, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { Router } from '@angular/router';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { Newcomer } from '../setup/newcomer.js';
import { ProblemLine } from '../shell/problem-line.js';
import { Choices } from './choices.js';

/** Signs a member in and leads on to where they wanted to be; a newcomer, to the first steps. */
@Component({
  selector: 'tn-sign-in',
  imports: [Choices, Field, FormsModule, MatButtonModule, ProblemLine],
  template: `
    <tn-choices />
    <main>
      <img src="icon.svg" alt="" width="48" height="48" />
      <h1>{{ t('signIn.heading') }}</h1>
      <form (ngSubmit)="signIn()">
        <tn-field [label]="t('signIn.email')">
          <input
            type="email"
            name="email"
            autocomplete="username"
            required
            [(ngModel)]="email"
            data-testid="signIn.email"
          />
        </tn-field>
        <tn-field [label]="t('signIn.password')">
          <input
            type="password"
            name="password"
            autocomplete="current-password"
            required
            [(ngModel)]="password"
            data-testid="signIn.password"
          />
        </tn-field>
        <tn-problem-line [problem]="act.problem()" data-testid="signIn.problem" />
        <button mat-flat-button type="submit" [disabled]="act.isBusy()" data-testid="signIn.submit">
          {{ t('signIn.submit') }}
        </button>
      </form>
      <p class="hint">{{ t('signIn.forgotten') }} <code>npm run tenon -- owner reset</code></p>
    </main>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-rows: auto 1fr;
      min-height: 100dvh;
      background: var(--surface-1);
    }
    main {
      align-self: center;
      justify-self: center;
      display: grid;
      gap: var(--space-4);
      width: min(360px, 100% - 32px);
      margin-bottom: 12vh;
    }
    form {
      display: grid;
      gap: var(--space-3);
    }
    .hint {
      color: var(--text-3);
    }
  `,
})
export class SignIn {
  private readonly session = inject(Session);
  private readonly newcomer = inject(Newcomer);
  private readonly router = inject(Router);
  protected readonly t = inject(Texts).t;

  /** Where to go on, from the address. */
  readonly to = input('/');

  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly act = new Act();

  protected async signIn(): Promise<void> {
    const isIn = await this.act.run(() => this.session.signIn(this.email(), this.password()));
    if (isIn) await this.router.navigateByUrl(await this.destination());
    else this.password.set('');
  }

  private async destination(): Promise<string> {
    // an address of ours only: a link must not lead a member elsewhere
    const to = /^\/(?!\/)/.test(this.to()) ? this.to() : '/';
    if (to !== '/') return to;
    // Home says what is the matter, if anything is
    return (await this.newcomer.isHere().catch(() => false)) ? '/setup' : to;
  }
}
