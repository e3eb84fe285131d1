import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucidePlug } from '@lucide/angular';
import { Field, RegionState } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { AskOwner } from '../shell/ask-owner.js';
import { Pending } from '../shell/pending.js';
import { DefaultModel } from './default-model.js';
import { KNOWN_PROVIDERS } from './known-providers.js';
import { LocalModelCard } from './local-model-card.js';
import { FoundServersDocument, ModelsDocument, type ProviderPartsFragment } from './models.generated.js';
import { ProviderCard } from './provider-card.js';
import { ProviderForm, type ProviderDraft } from './provider-form.js';

/** Who answers when an app asks a model: providers, the model for all others, and the local one. */
@Component({
  selector: 'tn-models-page',
  host: { class: 'page' },
  imports: [
    AskOwner,
    DefaultModel,
    Field,
    LocalModelCard,
    MatButtonModule,
    Pending,
    ProviderCard,
    ProviderForm,
    RegionState,
  ],
  templateUrl: './models-page.html',
  styleUrl: './models-page.scss',
})
export class ModelsPage {
  private readonly session = inject(Session);
  protected readonly t = inject(Texts).t;
  protected readonly icons = { none: LucidePlug.icon };

  protected readonly asked = ask(ModelsDocument, () => ({}));
  protected readonly found = ask(FoundServersDocument, () => ({}));
  protected readonly isOwner = computed(() => this.session.viewer()?.role === 'owner');
  protected readonly providers = computed(() => this.asked.data()?.providers ?? []);
  /** Servers on this computer that nobody has added yet. */
  protected readonly servers = computed(() => {
    const known = new Set(this.providers().map(({ baseUrl }) => baseUrl));
    return (this.found.data()?.modelServersFound ?? []).filter(({ baseUrl }) => !known.has(baseUrl));
  });

  /** Providers that anyone can have a key of, and that are not there yet. */
  protected readonly offers = computed(() => {
    const names = new Set(this.providers().map(({ name }) => name));
    return KNOWN_PROVIDERS.filter(({ name }) => !names.has(name));
  });

  /** What the form begins with; undefined while it is closed. */
  protected readonly editing = signal<ProviderDraft | undefined>(undefined);

  /** What is added by a key alone; undefined while the form is about something else. */
  protected readonly picked = computed(() => this.offers().find((offer) => offer === this.editing()));

  /** Begins with a provider that is known by name. */
  protected addKnown(name = this.offers()[0]?.name): void {
    this.editing.set(this.offers().find((offer) => offer.name === name));
  }

  protected addOther(): void {
    this.editing.set({ name: '', baseUrl: '' });
  }

  protected edit({ name, baseUrl, models, hasKey }: ProviderPartsFragment): void {
    this.editing.set({ name, baseUrl, models, hasKey, isKnown: true });
  }

  protected done(): void {
    this.editing.set(undefined);
    this.asked.reload();
  }
}
