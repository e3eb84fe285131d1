import type { LocalModelPartsFragment, ProviderPartsFragment, SettingsPartsFragment } from './models.generated.js';

/**
 * Whether a model answers for the apps of a team: `ready`, or `coming` while the local one is fetched; `undecided` when
 * there are providers and none of them is told to answer.
 */
export type ModelStanding = 'none' | 'undecided' | 'coming' | 'ready';

/** What decides it. */
export interface TeamModels {
  readonly providers: readonly ProviderPartsFragment[];
  readonly modelSettings: SettingsPartsFragment;
  readonly localModel: LocalModelPartsFragment;
}

/** The provider that the templates name. */
const NAMED = 'openai';
const LOCAL = 'local';
/** States of the local model that pass by themselves. */
const PASSING = ['downloading', 'verifying', 'loading'];

export function standingOf({ providers, modelSettings, localModel }: TeamModels): ModelStanding {
  const standsIn = standInOf(modelSettings);
  if (providers.some(({ name }) => name === NAMED || name === standsIn)) return 'ready';
  if (standsIn !== LOCAL && providers.length > 0) return 'undecided';
  if (localModel.state === 'ready') return 'ready';
  return PASSING.includes(localModel.state) ? 'coming' : 'none';
}

/** Whether it is the model on this computer that answers. */
export function answersLocally({ providers, modelSettings, localModel }: TeamModels): boolean {
  if (localModel.state !== 'ready') return false;
  const standsIn = standInOf(modelSettings);
  return standsIn === null ? providers.length === 0 : standsIn === LOCAL;
}

/** The provider that answers for models that nobody serves. */
function standInOf({ defaultProvider, defaultModel, standIn }: SettingsPartsFragment): string | null {
  return standIn && defaultModel ? (defaultProvider ?? null) : null;
}
