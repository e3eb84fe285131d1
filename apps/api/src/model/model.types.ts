import type { ProviderRecord } from '@tenon/database';
import { Field, Float, ID, InputType, ObjectType } from '@nestjs/graphql';
import { Payload } from '../graphql/payload.js';

/** Who serves models for the team. The key is never shown. */
@ObjectType()
export class Provider {
  @Field(() => ID, { description: 'The bare provider id that app files use, such as openai' })
  name!: string;

  @Field()
  baseUrl!: string;

  @Field()
  hasKey!: boolean;

  @Field(() => [String])
  models!: readonly string[];

  @Field({ description: 'environment for the one that the environment names, else team' })
  source!: string;
}

export function toProvider({ name, baseUrl, secretId, models }: ProviderRecord): Provider {
  return { name, baseUrl, hasKey: secretId !== null, models, source: 'team' };
}

/** A program on this computer that serves models. */
@ObjectType()
export class FoundModelServer {
  @Field()
  name!: string;

  @Field()
  baseUrl!: string;

  @Field(() => [String])
  models!: readonly string[];
}

/** The small model on this computer that answers while nothing else is configured. */
@ObjectType()
export class LocalModel {
  @Field({ description: 'off, absent, downloading, verifying, loading, ready, failed or unreachable' })
  state!: string;

  @Field(() => String, { nullable: true })
  model!: string | null;

  @Field(() => Float)
  receivedBytes!: number;

  @Field(() => Float)
  totalBytes!: number;

  @Field(() => String, { nullable: true })
  startedAt!: string | null;

  @Field(() => String, { nullable: true })
  error!: string | null;

  @Field({ description: 'Whether it answers for apps at present: nothing else is configured' })
  isInUse!: boolean;
}

@ObjectType()
export class TeamModelSettings {
  @Field(() => String, { nullable: true })
  defaultProvider!: string | null;

  @Field(() => String, { nullable: true })
  defaultModel!: string | null;

  @Field({ description: 'Whether the default model answers for models that nobody serves' })
  standIn!: boolean;
}

@InputType()
export class SaveProviderInput {
  @Field()
  name!: string;

  @Field()
  baseUrl!: string;

  @Field(() => String, { nullable: true, description: 'Left out, the stored key stays; empty text removes it' })
  apiKey?: string | null;

  @Field(() => [String], { defaultValue: [] })
  models!: string[];
}

@ObjectType()
export class ProviderPayload extends Payload {
  @Field(() => Provider, { nullable: true })
  provider?: Provider;
}

@InputType()
export class ProviderInput {
  @Field()
  name!: string;
}

@ObjectType()
export class DeleteProviderPayload extends Payload {
  @Field(() => ID, { nullable: true })
  deletedName?: string;
}

@InputType()
export class TestProviderInput {
  @Field(() => String, { nullable: true, description: 'A stored provider whose key is used where none is given' })
  name?: string | null;

  @Field()
  baseUrl!: string;

  @Field(() => String, { nullable: true })
  apiKey?: string | null;

  @Field(() => String, { nullable: true, description: 'A model to ask; without it the models are listed' })
  model?: string | null;
}

@ObjectType()
export class TestProviderPayload extends Payload {
  @Field(() => Float, { nullable: true })
  durationMs?: number;

  @Field(() => [String], { nullable: true })
  models?: readonly string[];

  @Field(() => String, { nullable: true, description: 'What the model said, where one was asked' })
  answer?: string;
}

@InputType()
export class SetDefaultModelInput {
  @Field(() => String, { nullable: true })
  provider?: string | null;

  @Field(() => String, { nullable: true })
  model?: string | null;

  @Field({ defaultValue: false })
  standIn!: boolean;
}

@ObjectType()
export class SetDefaultModelPayload extends Payload {
  @Field(() => TeamModelSettings, { nullable: true })
  settings?: TeamModelSettings;
}

@InputType()
export class PullLocalModelInput {
  @Field(() => String, { nullable: true, description: 'local-chat or local-chat-small; the fitting one without it' })
  model?: string | null;
}

@ObjectType()
export class PullLocalModelPayload extends Payload {
  @Field(() => LocalModel, { nullable: true })
  localModel?: LocalModel;
}
