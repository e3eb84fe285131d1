import type { TeamModels } from '../models/model-standing.js';
import type { NamedModelPartsFragment } from './import.generated.js';

/** A model that an app file names and the team does not have. */
export interface ModelGap {
  /** `provider/name` */
  readonly named: string;
  readonly nodeIds: readonly string[];
  /** What a run does when nothing else is chosen: asks another model, asks the provider all the same, or stops there. */
  readonly otherwise: { readonly kind: 'standIn'; readonly model: string } | { readonly kind: 'asked' | 'stops' };
}

const LOCAL = 'local';
/** States of the local model in which it never comes. */
const NEVER = ['off', 'unreachable'];

/** The models of a file that nobody is known to serve, as the worker looks for them: `model-directory.ts`. */
export function gapsOf(models: readonly NamedModelPartsFragment[], team: TeamModels): readonly ModelGap[] {
  return models
    .filter((model) => !isThere(model, team))
    .map(({ provider, name, nodeIds }) => ({
      named: nameOf(provider, name),
      nodeIds,
      otherwise: otherwise(provider, team),
    }));
}

/**
 * What may be chosen for a model: the models of the team, those of its providers that list none by the name that is missing.
 * @param named  `provider/name`
 */
export function choicesFor(named: string, team: TeamModels): readonly string[] {
  const { name } = partsOf(named);
  const { providers, localModel } = team;
  const served = providers.flatMap(({ name: provider, models }) =>
    (models.length > 0 ? models : [name]).map((model) => nameOf(provider, model)),
  );
  return localModel.model && !NEVER.includes(localModel.state) ? [...served, nameOf(LOCAL, localModel.model)] : served;
}

/** The two parts of `provider/name`: names of providers have no slash, those of models may. */
export function partsOf(option: string): { readonly provider: string; readonly name: string } {
  const [provider = '', ...name] = option.split('/');
  return { provider, name: name.join('/') };
}

const nameOf = (provider: string, model: string) => `${provider}/${model}`;

function isThere({ provider, name }: NamedModelPartsFragment, { providers, localModel }: TeamModels): boolean {
  if (provider === LOCAL && !NEVER.includes(localModel.state)) return true;
  const serving = providers.find((one) => one.name === provider);
  if (!serving) return false;
  return serving.source === 'environment' || serving.models.length === 0 || serving.models.includes(name);
}

function otherwise(provider: string, { providers, modelSettings, localModel }: TeamModels): ModelGap['otherwise'] {
  if (providers.some(({ name }) => name === provider)) return { kind: 'asked' };
  const { defaultProvider, defaultModel, standIn } = modelSettings;
  if (standIn && defaultProvider && defaultModel)
    return { kind: 'standIn', model: nameOf(defaultProvider, defaultModel) };
  const environment = providers.find(({ source }) => source === 'environment');
  const [model] = environment?.models ?? [];
  if (environment && model && providers.length === 1)
    return { kind: 'standIn', model: nameOf(environment.name, model) };
  if (providers.length === 0 && !NEVER.includes(localModel.state))
    return { kind: 'standIn', model: nameOf(LOCAL, localModel.model ?? 'local-chat') };
  return { kind: 'stops' };
}
