import { Component, computed, inject } from '@angular/core';
import { ask } from '../api/ask.js';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { TeamOwnersDocument } from './owners.generated.js';

/** Which permission is missing, and who has it. */
@Component({
  selector: 'tn-ask-owner',
  host: { 'data-testid': 'askOwner' },
  template: '{{ text() }}',
  styles: `
    :host {
      overflow-wrap: anywhere;
    }
  `,
})
export class AskOwner {
  private readonly texts = inject(Texts);
  private readonly session = inject(Session);
  private readonly asked = ask(TeamOwnersDocument, () => ({}));
  protected readonly text = computed(() => {
    const team = this.session.viewer()?.team.name ?? '';
    const owners = this.asked.data()?.viewer?.team.owners ?? [];
    if (owners.length === 0) return this.texts.t('problem.forbidden', { team });
    const names = new Intl.ListFormat(this.texts.language(), { type: 'disjunction' }).format(owners);
    return this.texts.t('problem.forbiddenNames', { team, names });
  });
}
