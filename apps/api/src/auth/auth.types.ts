import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { Identity } from '@tenon/database';
import { Payload } from '../graphql/payload.js';

@ObjectType()
export class Team {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;
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
}

export function toViewer({ memberId, email, role, teamId, teamName }: Identity): Viewer {
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
  viewer?: Viewer;
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
