import type { TeamId } from '@tenon/base';
import type { ProviderRecord, ProviderRepository } from '@tenon/database';
import { hideInReplies } from '@tenon/nodes/activities';
import {
  modelErrors,
  normaliseProvider,
  type ChatModel,
  type ModelDirectory,
  type ModelName,
  type SecretStore,
} from '@tenon/ports';

/** Who serves models: an address and its key. */
export interface ModelServer {
  /** Bare provider id, such as `openai`. */
  readonly provider: string;
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly isLocal: boolean;
}

/** The provider that the environment names. */
export interface EnvironmentServer extends ModelServer {
  /** The model that stands in where an app names none that is configured. */
  readonly model: string | null;
  /** The one model of a server that is not OpenAI's: it answers whatever an app calls its models. */
  readonly servesOnly: string | null;
}

export interface ModelDirectoryParts {
  readonly providers: ProviderRepository;
  readonly secrets: SecretStore;
  /** The provider that the environment names, for every team. */
  readonly environment: EnvironmentServer | undefined;
  /** The small models on this computer; absent when they are switched off. */
  readonly local: ModelServer | undefined;
  /** Makes the model of a server; models of one server share what the adapter shares. */
  readonly createModel: (server: ModelServer, name: string) => ChatModel;
}

/**
 * Finds models: the team's own providers first, then the environment's. A model that nobody serves is answered by the
 * team's default model where the team allows that, and by the local model while nothing at all is configured.
 */
export function createModelDirectory(parts: ModelDirectoryParts): ModelDirectory {
  const createModel: ModelDirectoryParts['createModel'] = (server, name) =>
    hideInReplies(parts.createModel(server, name), keysOf(server));
  return { getChatModel: (teamId, name) => getChatModel({ ...parts, createModel }, teamId, name) };
}

/** Shorter ones are names such as `ollama`, given to servers that ask for none. */
const LEAST_KEY_CHARACTERS = 16;

/** A server that repeats its key in an answer would show it to whoever reads that. */
function keysOf({ apiKey = '' }: ModelServer): readonly string[] {
  return apiKey.length < LEAST_KEY_CHARACTERS ? [] : [apiKey];
}

async function getChatModel(parts: ModelDirectoryParts, teamId: TeamId, wanted: ModelName): Promise<ChatModel> {
  const provider = normaliseProvider(wanted.provider);
  const { providers, environment, local, createModel } = parts;
  if (provider === LOCAL_PROVIDER && local) return createModel(local, wanted.name);
  const rows = await providers.list(teamId);
  const own = await serverOf(parts, teamId, rows, provider);
  if (own) return createModel(own, wanted.name);
  if (environment && environment.provider === provider)
    return createModel(environment, environment.servesOnly ?? wanted.name);

  const team = await providers.getTeamModels(teamId);
  if (team.standIn && team.defaultProvider && team.defaultModel && team.defaultProvider !== provider)
    return getChatModel(parts, teamId, { provider: team.defaultProvider, name: team.defaultModel });
  if (environment?.model && rows.length === 0) return createModel(environment, environment.model);
  if (!environment && rows.length === 0 && local) return createModel(local, LOCAL_MODEL);
  throw modelErrors.notConfigured(
    `No provider ${provider} is configured for the model ${wanted.name}: ${remedyFor(provider, rows.length > 0)}.`,
    { details: { provider, model: wanted.name } },
  );
}

/** What a person can do. The environment's provider has one id, and its model stands in only beside no other provider. */
function remedyFor(provider: string, hasOwnProviders: boolean): string {
  const isOfEnvironment = provider === ENVIRONMENT_PROVIDER;
  const byEnvironment = isOfEnvironment ? 'start Tenon with OPENAI_API_KEY or OPENAI_BASE_URL, ' : '';
  const standIn = hasOwnProviders || isOfEnvironment ? '' : ', or start Tenon with OPENAI_MODEL';
  return `${byEnvironment}add it on the page Models (saveProvider), or let a default model stand in there (setDefaultModel)${standIn}`;
}

/** The provider id of the server that the environment names. */
export const ENVIRONMENT_PROVIDER = 'openai';
/** The provider id under which the models on this computer are named. */
const LOCAL_PROVIDER = 'local';
/** What the local server answers with whichever of its models it has chosen. */
const LOCAL_MODEL = 'local-chat';

async function serverOf(
  parts: ModelDirectoryParts,
  teamId: TeamId,
  rows: readonly ProviderRecord[],
  provider: string,
): Promise<ModelServer | undefined> {
  const row = rows.find(({ name }) => name === provider);
  if (!row) return undefined;
  const apiKey = row.secretId ? await parts.secrets.open(teamId, row.secretId) : '';
  return { provider, baseUrl: row.baseUrl, ...(apiKey && { apiKey }), isLocal: false };
}
