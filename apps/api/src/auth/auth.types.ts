import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Identity } from '@tenon/database';
import { Payload } from '../graphql/payload.js';

@ObjectType()
export class Team {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;
}

export enum Theme {
  SYSTEM = 'system',
  LIGHT = 'light',
  DARK = 'dark',
}
registerEnumType(Theme, { name: 'Theme' });

@ObjectType({ description: 'How a member wants to see the console; null where nothing was chosen' })
export class Appearance {
  @Field(() => String, { nullable: true, description: 'A BCP 47 tag' })
  language!: string | null;

  @Field(() => Theme, { nullable: true })
  theme!: Theme | null;

  @Field(() => Boolean, { nullable: true, description: 'What the steps of a run do is read out' })
  announcesRuns!: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Keys that are single letters or signs do something' })
  hasLetterKeys!: boolean | null;
}

@InputType({ description: 'What is left out stays' })
export class SaveAppearanceInput {
  @Field(() => String, { nullable: true, description: 'A BCP 47 tag' })
  language?: string;

  @Field(() => Theme, { nullable: true })
  theme?: Theme;

  @Field(() => Boolean, { nullable: true, description: 'What the steps of a run do is read out' })
  announcesRuns?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Keys that are single letters or signs do something' })
  hasLetterKeys?: boolean;
}

@ObjectType()
export class SaveAppearancePayload extends Payload {
  @Field(() => Appearance, { nullable: true })
  appearance?: Appearance;
}

@ObjectType()
export class Viewer {
  @Field(() => ID)
  id!: string;

  @Field()
  email!: string;

  @Field()
  role!: string;

  @Field(() => Team)
  team!: Team;

  @Field(() => Appearance)
  appearance!: Appearance;
}

export function toViewer({ memberId, email, role, teamId, teamName }: Identity): Omit<Viewer, 'appearance'> {
  return { id: memberId, email, role, team: { id: teamId, name: teamName } };
}

@InputType()
export class SignInInput {
  @Field()
  email!: string;

  @Field()
  password!: string;
}

@ObjectType()
export class SignInPayload extends Payload {
  @Field(() => Viewer, { nullable: true })
  viewer?: Omit<Viewer, 'appearance'>;
}

@ObjectType()
export class SignOutPayload extends Payload {}

@InputType()
export class ChangePasswordInput {
  @Field()
  current!: string;

  @Field()
  next!: string;
}

@ObjectType()
export class ChangePasswordPayload extends Payload {}

@ObjectType()
export class ResetOwnerPasswordPayload extends Payload {
  @Field(() => String, { nullable: true })
  email?: string;

  @Field(() => String, { nullable: true, description: 'The new password; it is not shown again' })
  password?: string;
}
