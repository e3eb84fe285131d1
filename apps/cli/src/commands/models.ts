import { getModels, pullLocalModel, type LocalModel, type Models } from '../api/models.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { describeBytes } from '../render/quantity.js';
import { tableLines } from '../render/table-lines.js';
import { followPull, sayState } from './local-model-wait.js';

/** `tenon models`: who answers when an app asks a model. */
export async function modelsCommand(context: CommandContext, options: { readonly json?: boolean }): Promise<number> {
  const { terminal } = context;
  return withInstance(context, async ({ client }) => {
    const models = await getModels(client);
    if (options.json) terminal.result(JSON.stringify(models));
    else for (const line of modelLines(models)) terminal.result(line);
    return EXIT.succeeded;
  });
}

/** `tenon models pull`: brings a local model to the instance's computer. */
export async function pullCommand(context: CommandContext, model: string | undefined): Promise<number> {
  const { terminal } = context;
  return withInstance(context, async ({ client }) => {
    const begun = await pullLocalModel(client, model);
    const pulled = begun.state === 'ready' ? begun : await followPull(client, terminal, begun);
    terminal.result(`${pulled.model} is ready (${describeBytes(pulled.totalBytes)}).`);
    return EXIT.succeeded;
  });
}

/** Providers, what stands in, the local model, and what else was found, for people. */
export function modelLines({ providers, modelSettings, modelServersFound, localModel }: Models): string[] {
  const { defaultProvider, defaultModel, standIn } = modelSettings;
  const rows = providers.map(({ name, baseUrl, hasKey, models, source }) => [
    `  ${name}`,
    baseUrl,
    hasKey ? 'with a key' : 'without a key',
    source === 'environment' ? 'from the environment' : '',
    models.join(', '),
  ]);
  const standing = standIn ? ', stands in for models that nobody serves' : '';
  return [
    ...(rows.length > 0 ? ['Providers', ...tableLines(rows)] : ['No model provider is configured.']),
    ...(defaultModel ? [`Default model: ${defaultProvider} ${defaultModel}${standing}`] : []),
    `Local model: ${sayLocalModel(localModel)}`,
    ...modelServersFound.map(({ name, baseUrl, models }) => {
      const offer = models.length > 0 ? `: ${models.join(', ')}` : '';
      return `Found on that computer: ${name} at ${baseUrl}${offer}`;
    }),
  ];
}

/** How the local model is, in words. */
export function sayLocalModel(local: LocalModel): string {
  const use = local.isInUse ? 'answers while nothing else is configured' : 'not asked: a provider is configured';
  switch (local.state) {
    case 'off':
      return 'switched off by TENON_LOCAL_MODEL';
    case 'absent':
      return `not here yet; "tenon models pull" fetches it; ${use}`;
    case 'ready':
      return `${local.model} is ready (${describeBytes(local.totalBytes)}); ${use}`;
    case 'failed':
      return `not fetched: ${local.error ?? 'no reason given'}`;
    case 'unreachable':
      return 'its process does not answer';
    default:
      return `${local.model ?? ''} ${sayState(local)}; ${use}`.trim();
  }
}
