import {
  afterRenderEffect,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideCpu, LucideDynamicIcon, LucideKeyRound, LucideLink, LucideServer } from '@lucide/angular';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { KNOWN_PROVIDERS } from '../models/known-providers.js';
import { LocalModelCard } from '../models/local-model-card.js';
import { FoundServersDocument, SetDefaultModelDocument } from '../models/models.generated.js';
import { ProviderForm, type ProviderDraft } from '../models/provider-form.js';
import { AskOwner } from '../shell/ask-owner.js';
import { ProblemLine } from '../shell/problem-line.js';
import { AnsweringModel } from './answering-model.js';
import { FirstSteps } from './first-steps.js';

const WAYS = ['key', 'local', 'found', 'address'] as const;
type Way = (typeof WAYS)[number];

/** What apps of teams call a server that has no name of its own. */
const UNNAMED = 'my-server';

/** The first step: four ways to a model that answers, until there is one. */
@Component({
  selector: 'tn-model-step',
  imports: [
    AnsweringModel,
    AskOwner,
    Field,
    LocalModelCard,
    LucideDynamicIcon,
    MatButtonModule,
    ProblemLine,
    ProviderForm,
  ],
  templateUrl: './model-step.html',
  styleUrl: './model-step.scss',
})
export class ModelStep {
  private readonly mutations = inject(Mutations);
  private readonly session = inject(Session);
  protected readonly steps = inject(FirstSteps);
  protected readonly t = inject(Texts).t;
  protected readonly icons = {
    key: LucideKeyRound.icon,
    local: LucideCpu.icon,
    found: LucideServer.icon,
    address: LucideLink.icon,
  };
  protected readonly ways = WAYS;
  protected readonly knownProviders = KNOWN_PROVIDERS;

  /** The way that is taken, from the address. */
  readonly way = input<string>();
  readonly wayChosen = output<Way | undefined>();
  /** On to the next step. */
  readonly done = output();

  protected readonly isOwner = computed(() => this.session.viewer()?.role === 'owner');
  protected readonly chosen = computed(() => WAYS.find((one) => one === this.way()));
  protected readonly found = ask(FoundServersDocument, () => ({}));
  protected readonly servers = computed(() => this.found.data()?.modelServersFound ?? []);
  protected readonly using = new Act();

  private readonly panel = viewChild<ElementRef<HTMLElement>>('panel');
  private readonly knownName = signal(KNOWN_PROVIDERS[0].name);
  private readonly foundAddress = signal('');
  protected readonly provider = computed(
    () => KNOWN_PROVIDERS.find(({ name }) => name === this.knownName()) ?? KNOWN_PROVIDERS[0],
  );
  protected readonly server = computed(
    () => this.servers().find(({ baseUrl }) => baseUrl === this.foundAddress()) ?? this.servers()[0],
  );
  /** What the form begins with; undefined where there is nothing to fill in. */
  protected readonly draft = computed<ProviderDraft | undefined>(() => {
    const way = this.chosen();
    if (way === 'key') return this.provider();
    if (way === 'address') return { name: UNNAMED, baseUrl: '' };
    const server = way === 'found' ? this.server() : undefined;
    return server && { name: server.name.toLowerCase(), baseUrl: server.baseUrl, models: server.models };
  });

  constructor() {
    // on a phone the way that was chosen lies below the others
    afterRenderEffect(() => {
      if (this.chosen()) this.panel()?.nativeElement.scrollIntoView({ block: 'nearest' });
    });
  }

  protected pickKnown(name: string): void {
    this.knownName.set(name);
  }

  protected pickFound(baseUrl: string): void {
    this.foundAddress.set(baseUrl);
  }

  protected saved(): void {
    this.wayChosen.emit(undefined);
    this.steps.reload();
  }

  /** Beside providers the local model answers only where it is told to. */
  protected async useLocal(): Promise<void> {
    const input = { provider: 'local', model: 'local-chat', standIn: true };
    if (await this.using.run(() => this.mutations.perform(SetDefaultModelDocument, { input }))) this.steps.reload();
  }
}
