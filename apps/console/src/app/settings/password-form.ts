import { Component, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { Mutations } from '../api/mutations.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { Toasts } from '../shell/toasts.js';
import { ChangePasswordDocument } from './profile.generated.js';

/** Changes the password, which signs the member out everywhere else. */
@Component({
  selector: 'tn-password-form',
  imports: [Field, FormsModule, MatButtonModule, ProblemLine],
  template: `
    <form (ngSubmit)="change()">
      <tn-field [label]="t('profile.currentPassword')">
        <input
          type="password"
          name="current"
          autocomplete="current-password"
          required
          [(ngModel)]="current"
          data-testid="profile.current"
        />
      </tn-field>
      <tn-field [label]="t('profile.newPassword')" [hint]="t('profile.passwordHint')">
        <input
          type="password"
          name="next"
          autocomplete="new-password"
          required
          [(ngModel)]="next"
          data-testid="profile.next"
        />
      </tn-field>
      <tn-problem-line [problem]="act.problem()" data-testid="profile.problem" />
      <button mat-flat-button type="submit" [disabled]="act.isBusy()" data-testid="profile.change">
        {{ t('profile.changePassword') }}
      </button>
    </form>
  `,
  styles: `
    form {
      display: grid;
      gap: var(--space-3);
      justify-items: start;
    }
    tn-field {
      width: min(320px, 100%);
    }
  `,
})
export class PasswordForm {
  private readonly mutations = inject(Mutations);
  private readonly toasts = inject(Toasts);
  protected readonly t = inject(Texts).t;
  protected readonly act = new Act();
  protected readonly current = signal('');
  protected readonly next = signal('');

  protected async change(): Promise<void> {
    const input = { current: this.current(), next: this.next() };
    if (!(await this.act.run(() => this.mutations.perform(ChangePasswordDocument, { input })))) return;
    this.current.set('');
    this.next.set('');
    this.toasts.tell('toast.passwordChanged');
  }
}
