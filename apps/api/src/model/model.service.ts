import { defineErrors } from '@tenon/base';
import { ProviderRepository, type Identity, type PostgresSecretStore, type TeamModels } from '@tenon/database';
import { createOpenAiCompatibleModels, type OpenAiCompatibleModels } from '@tenon/openai-compatible';
import { createProviderConnector } from '@tenon/outbound-http';
import { normaliseProvider, type Logger } from '@tenon/ports';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, LOGGER, SECRETS, type ApiConfig } from '../parts.js';
import { toProvider, type Provider } from './model.types.js';

/** Failures of configuring providers. */
export const providerErrors = defineErrors('provider', {
  invalidName: 'invalid',
  invalidUrl: 'invalid',
  missing: 'missing',
});

const NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const TEST_MS = 30_000;

/** Who serves the team's models. */
@Injectable()
export class ModelService implements OnApplicationShutdown {
  private readonly models: OpenAiCompatibleModels;

  constructor(
    private readonly providers: ProviderRepository,
    @Inject(SECRETS) private readonly secrets: PostgresSecretStore,
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    const connect = createProviderConnector({ allow: config.outbound.allow });
    this.models = createOpenAiCompatibleModels({ connect }, logger);
  }

  onApplicationShutdown(): Promise<void> {
    return this.models.close();
  }

  /** The team's providers, and the one that the environment names. */
  async list({ teamId }: Identity): Promise<Provider[]> {
    const own = (await this.providers.list(teamId)).map(toProvider);
    const { apiKey, baseUrl, model } = this.config.openai;
    if ((!apiKey && !baseUrl) || own.some(({ name }) => name === 'openai')) return own;
    const fromEnvironment = {
      name: 'openai',
      baseUrl: baseUrl ?? 'https://api.openai.com/v1',
      hasKey: apiKey !== undefined,
      models: model ? [model] : [],
      source: 'environment',
    };
    return [fromEnvironment, ...own];
  }

  /** Stores a provider; without a key the stored one stays. @throws provider.invalidName, provider.invalidUrl */
  async save(
    { teamId }: Identity,
    given: {
      readonly name: string;
      readonly baseUrl: string;
      readonly apiKey?: string | null;
      readonly models: readonly string[];
    },
  ): Promise<Provider> {
    const name = normaliseProvider(given.name.trim());
    if (!NAME.test(name))
      throw providerErrors.invalidName(`"${given.name}" is no provider id; use one such as openai.`);
    const baseUrl = checkUrl(given.baseUrl);
    const { apiKey, models } = given;
    const save = () =>
      this.providers.save(teamId, name, async (before, sql) => {
        // a stored key is never sent to another address than the one it was entered for
        const kept = before?.baseUrl === baseUrl ? before.secretId : null;
        const secretId = apiKey ? await this.secrets.within(sql).seal(teamId, apiKey) : apiKey === '' ? null : kept;
        return { baseUrl, secretId, models };
      });
    return toProvider(await this.secrets.sealing(save));
  }

  /** @throws provider.missing */
  async remove({ teamId }: Identity, name: string): Promise<void> {
    if (!(await this.providers.remove(teamId, name))) throw providerErrors.missing('There is no such provider.');
  }

  /** Asks a server for its models, or a model for a word. Throws `model.*` with what is wrong. */
  async test(
    { teamId }: Identity,
    given: {
      readonly name?: string | null;
      readonly baseUrl: string;
      readonly apiKey?: string | null;
      readonly model?: string | null;
    },
  ): Promise<{ durationMs: number; models?: readonly string[]; answer?: string }> {
    const stored = given.name ? await this.providers.find(teamId, normaliseProvider(given.name)) : undefined;
    const storedKey = stored?.secretId && stored.baseUrl === given.baseUrl ? stored.secretId : null;
    const apiKey = given.apiKey || (storedKey ? await this.secrets.open(teamId, storedKey) : null);
    const baseUrl = checkUrl(given.baseUrl);
    const endpoint = { provider: given.name || 'the server', baseUrl, ...(apiKey && { apiKey }) };
    const signal = AbortSignal.timeout(TEST_MS);
    const { durationMs, answer } = await this.models.test(endpoint, given.model || undefined, signal);
    if (answer === undefined) return { durationMs, models: await this.models.listModels(endpoint, signal) };
    // a server that repeats the stored key does not show it to whoever tests it
    return { durationMs, answer: apiKey ? answer.replaceAll(apiKey, '•••') : answer };
  }

  getDefaults({ teamId }: Identity): Promise<TeamModels> {
    return this.providers.getTeamModels(teamId);
  }

  async setDefaults({ teamId }: Identity, models: TeamModels): Promise<TeamModels> {
    const defaultProvider = models.defaultProvider && normaliseProvider(models.defaultProvider);
    await this.providers.setTeamModels(teamId, { ...models, defaultProvider });
    return this.providers.getTeamModels(teamId);
  }
}

/** @throws provider.invalidUrl */
function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password)
    throw providerErrors.invalidUrl(
      `"${text.slice(0, 200)}" is no http or https address; give one such as https://api.openai.com/v1.`,
    );
  return text.replace(/(?<!\/)\/+$/, '');
}
