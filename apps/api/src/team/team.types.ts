import { Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Payload } from '../graphql/payload.js';

/** What a team has settled for itself, and what holds where it has not. */
@ObjectType()
export class TeamSettings {
  @Field(() => Int, {
    nullable: true,
    description: 'Days for which ended runs are kept with their record; null: as long as the instance keeps them',
  })
  keepRunsDays!: number | null;

  @Field(() => Int, { nullable: true, description: 'The same of runs of drafts' })
  keepTestRunsDays!: number | null;

  @Field(() => Int)
  instanceKeepRunsDays!: number;

  @Field(() => Int)
  instanceKeepTestRunsDays!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Tokens of models that its runs may use in a day (UTC); null: as many as the instance lets a team use',
  })
  tokensPerDay!: number | null;

  @Field(() => Float, { nullable: true, description: 'Null: no limit' })
  instanceTokensPerDay!: number | null;
}

/** What a team has left of a day. */
@ObjectType()
export class TokenBudget {
  @Field(() => Float, { nullable: true, description: 'Null: no limit' })
  tokensPerDay!: number | null;

  @Field(() => Float, { description: 'Calls are counted when they end' })
  usedToday!: number;

  @Field({ description: 'When the next day begins' })
  renewedAt!: Date;
}

@InputType()
export class SaveTeamSettingsInput {
  @Field(() => Int, { nullable: true, description: '1 to 36500; null: what holds for the instance' })
  keepRunsDays?: number | null;

  @Field(() => Int, { nullable: true, description: 'The same of runs of drafts' })
  keepTestRunsDays?: number | null;

  @Field(() => Float, { nullable: true, description: 'From 0; null: what holds for the instance' })
  tokensPerDay?: number | null;
}

@ObjectType()
export class SaveTeamSettingsPayload extends Payload {
  @Field(() => TeamSettings, { nullable: true })
  settings?: TeamSettings;
}
