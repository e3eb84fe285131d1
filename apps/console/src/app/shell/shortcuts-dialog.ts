import { Component, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialogModule } from '@angular/material/dialog';
import type { TextKey } from '../language/dictionary.js';
import { Texts } from '../language/texts.js';
import { keyName } from './key-name.js';
import { PLACES } from './places.js';

/** Keys, where they work and what they do. Several keys are one after the other. */
const SHORTCUTS: readonly {
  readonly where: TextKey;
  readonly keys: readonly (readonly [readonly string[], TextKey])[];
}[] = [
  {
    where: 'keys.anywhere',
    keys: [
      [['mod+K'], 'palette.label'],
      [['?'], 'keys.title'],
      ...PLACES.map(({ key, label }) => [['G', key.toUpperCase()], label] as const),
    ],
  },
  {
    where: 'keys.lists',
    keys: [
      [['J', '↓'], 'keys.rows'],
      [['Enter'], 'keys.openRow'],
      [['Esc'], 'keys.letGo'],
      [['/'], 'keys.find'],
    ],
  },
  {
    where: 'graph.title',
    keys: [
      [['← → ↑ ↓'], 'keys.walk'],
      [['E'], 'keys.edges'],
      [['+'], 'graph.in'],
      [['−'], 'graph.out'],
      [['0'], 'keys.fullSize'],
      [['1'], 'graph.fit'],
      [['Esc'], 'keys.deselect'],
    ],
  },
];

/** The keys that there are. */
@Component({
  selector: 'tn-shortcuts-dialog',
  imports: [MatButtonModule, MatDialogModule],
  template: `
    <h2 mat-dialog-title>{{ t('keys.title') }}</h2>
    <mat-dialog-content tabindex="0">
      @for (group of groups; track group.where) {
        <h3>{{ t(group.where) }}</h3>
        <dl>
          @for (row of group.keys; track row[1]) {
            <div>
              <dt>{{ t(row[1]) }}</dt>
              <dd>
                @for (key of row[0]; track key) {
                  <kbd>{{ shown(key) }}</kbd>
                }
              </dd>
            </div>
          }
        </dl>
      }
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button mat-button mat-dialog-close>{{ t('act.close') }}</button>
    </mat-dialog-actions>
  `,
  styles: `
    h3 {
      margin-top: var(--space-4);
      color: var(--text-2);
    }
    dl {
      margin: 0;
    }
    dl div {
      display: flex;
      justify-content: space-between;
      gap: var(--space-4);
      padding: var(--space-1) 0;
      border-bottom: 1px solid var(--line);
    }
    dd {
      display: flex;
      gap: var(--space-1);
      margin: 0;
    }
    kbd {
      padding: 0 6px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-field);
      font-family: var(--font-mono);
    }
  `,
})
export class ShortcutsDialog {
  protected readonly t = inject(Texts).t;
  protected readonly groups = SHORTCUTS;

  protected readonly shown = keyName;
}
