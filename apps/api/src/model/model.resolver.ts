import type { Identity } from '@tenon/database';
import { detectLocalServers } from '@tenon/openai-compatible';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember } from '../auth/identity.js';
import { payload } from '../graphql/payload.js';
import { LocalModelClient } from './local-model.client.js';
import { ModelService } from './model.service.js';
import {
  DeleteProviderPayload,
  FoundModelServer,
  LocalModel,
  Provider,
  ProviderInput,
  ProviderPayload,
  PullLocalModelInput,
  PullLocalModelPayload,
  SaveProviderInput,
  SetDefaultModelInput,
  SetDefaultModelPayload,
  TeamModelSettings,
  TestProviderInput,
  TestProviderPayload,
} from './model.types.js';

@Resolver()
export class ModelResolver {
  constructor(
    private readonly service: ModelService,
    private readonly local: LocalModelClient,
  ) {}

  @AllowTo('member')
  @Query(() => [Provider])
  providers(@CurrentMember() identity: Identity) {
    return this.service.list(identity);
  }

  @AllowTo('member')
  @Query(() => TeamModelSettings)
  modelSettings(@CurrentMember() identity: Identity) {
    return this.service.getDefaults(identity);
  }

  @AllowTo('member')
  @Query(() => [FoundModelServer], { description: 'Ollama and the like, running on this computer' })
  modelServersFound(@CurrentMember() _identity: Identity) {
    return detectLocalServers();
  }

  @AllowTo('member')
  @Query(() => LocalModel)
  async localModel(@CurrentMember() identity: Identity): Promise<LocalModel> {
    const [status, providers] = await Promise.all([this.local.status(), this.service.list(identity)]);
    return { ...status, isInUse: status.state !== 'off' && providers.length === 0 };
  }

  @AllowTo('owner')
  @Mutation(() => ProviderPayload)
  saveProvider(@Args('input') input: SaveProviderInput, @CurrentMember() identity: Identity) {
    return payload(async () => ({ provider: await this.service.save(identity, input) }));
  }

  @AllowTo('owner')
  @Mutation(() => DeleteProviderPayload)
  deleteProvider(@Args('input') { name }: ProviderInput, @CurrentMember() identity: Identity) {
    return payload(async () => {
      await this.service.remove(identity, name);
      return { deletedName: name };
    });
  }

  @AllowTo('owner')
  @Mutation(() => TestProviderPayload, { description: 'Calls the server once; errors say what is wrong with it' })
  testProvider(@Args('input') input: TestProviderInput, @CurrentMember() identity: Identity) {
    return payload(() => this.service.test(identity, input), { showsUnavailable: true });
  }

  @AllowTo('owner')
  @Mutation(() => SetDefaultModelPayload)
  setDefaultModel(
    @Args('input') { provider, model, standIn }: SetDefaultModelInput,
    @CurrentMember() identity: Identity,
  ) {
    return payload(async () => {
      const models = { defaultProvider: provider ?? null, defaultModel: model ?? null, standIn };
      return { settings: await this.service.setDefaults(identity, models) };
    });
  }

  @AllowTo('owner')
  @Mutation(() => PullLocalModelPayload, { description: 'Begins fetching the local model, or joins the fetching' })
  pullLocalModel(@Args('input') { model }: PullLocalModelInput, @CurrentMember() identity: Identity) {
    return payload(async () => {
      const status = await this.local.pull(model ?? undefined);
      const providers = await this.service.list(identity);
      return { localModel: { ...status, isInUse: providers.length === 0 } };
    });
  }
}
