import { accepted, type ApiClient, type UserError } from './client.js';

/** The small model on the instance's computer. Sizes are in bytes. */
export interface LocalModel {
  readonly state: 'off' | 'absent' | 'downloading' | 'verifying' | 'loading' | 'ready' | 'failed' | 'unreachable';
  readonly model: string | null;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly startedAt: string | null;
  readonly error: string | null;
  /** It answers for apps at present: nothing else is configured. */
  readonly isInUse: boolean;
}

/** Who serves models for the team. */
export interface Provider {
  readonly name: string;
  readonly baseUrl: string;
  readonly hasKey: boolean;
  readonly models: readonly string[];
  /** `environment` or `team`. */
  readonly source: string;
}

/** Everything about models. */
export interface Models {
  readonly providers: readonly Provider[];
  readonly modelSettings: {
    readonly defaultProvider: string | null;
    readonly defaultModel: string | null;
    readonly standIn: boolean;
  };
  /** Programs on the instance's computer that serve models. */
  readonly modelServersFound: readonly {
    readonly name: string;
    readonly baseUrl: string;
    readonly models: readonly string[];
  }[];
  readonly localModel: LocalModel;
}

const LOCAL = 'localModel { state model receivedBytes totalBytes startedAt error isInUse }';
const MODELS = `{
  providers { name baseUrl hasKey models source } modelSettings { defaultProvider defaultModel standIn }
  modelServersFound { name baseUrl models } ${LOCAL}
}`;
const PULL = `mutation ($input: PullLocalModelInput!) { pullLocalModel(input: $input) { ${LOCAL} errors { code message path } } }`;

export function getModels(client: ApiClient): Promise<Models> {
  return client.ask(MODELS);
}

export async function getLocalModel(client: ApiClient): Promise<LocalModel> {
  return (await client.ask<{ localModel: LocalModel }>(`{ ${LOCAL} }`)).localModel;
}

/** Begins fetching a model, the fitting one without a name, or joins the fetching under way. @throws cli.refused */
export async function pullLocalModel(client: ApiClient, model?: string): Promise<LocalModel> {
  const { pullLocalModel: payload } = await client.ask<{
    pullLocalModel: { localModel: LocalModel; errors: UserError[] };
  }>(PULL, { input: model === undefined ? {} : { model } });
  return accepted(payload).localModel;
}
