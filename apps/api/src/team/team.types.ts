import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
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
}

@InputType()
export class SaveTeamSettingsInput {
  @Field(() => Int, { nullable: true, description: '1 to 36500; null, or left out: what holds for the instance' })
  keepRunsDays?: number | null;

  @Field(() => Int, { nullable: true, description: 'The same of runs of drafts' })
  keepTestRunsDays?: number | null;
}

@ObjectType()
export class SaveTeamSettingsPayload extends Payload {
  @Field(() => TeamSettings, { nullable: true })
  settings?: TeamSettings;
}
