import type { CompileIssue } from '@tenon/compiler';
import type { AppRecord, DraftRecord, VersionRecord } from '@tenon/database';
import type { Issue as DefinitionIssue } from '@tenon/dsl';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionOf } from '../graphql/connection.js';
import { Payload } from '../graphql/payload.js';
import { JsonScalar } from '../graphql/scalars.js';
import { Usage } from '../run/outcome.types.js';

export enum Severity {
  ERROR = 'ERROR',
  WARNING = 'WARNING',
}
registerEnumType(Severity, { name: 'Severity' });

/** Something to tell the author about a definition, with the place in the document. */
@ObjectType()
export class Issue {
  @Field(() => Severity)
  severity!: Severity;

  @Field()
  code!: string;

  @Field(() => [String])
  path!: string[];

  @Field()
  message!: string;

  @Field(() => ID, { nullable: true })
  nodeId!: string | null;

  @Field(() => Int, { nullable: true, description: 'Line of the imported text' })
  line!: number | null;
}

export function toIssue(issue: DefinitionIssue | CompileIssue): Issue {
  return {
    severity: issue.severity === 'error' ? Severity.ERROR : Severity.WARNING,
    code: issue.code,
    path: issue.path.map(String),
    message: issue.message,
    nodeId: 'nodeId' in issue ? (issue.nodeId ?? null) : null,
    line: 'line' in issue ? (issue.line ?? null) : null,
  };
}

@InputType()
export class AppFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'Each of its words stands in the name or the description, in whatever case; 200 characters at most count',
  })
  text?: string | null;
}

@ObjectType()
export class Draft {
  @Field(() => Int)
  revision!: number;

  @Field()
  updatedAt!: Date;

  appId!: string;
}

/** A draft from its record. */
export function toDraft(record: DraftRecord): Draft {
  return { ...record };
}

@ObjectType()
export class Version {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  number!: number;

  @Field()
  planHash!: string;

  @Field()
  createdAt!: Date;
}
export const VersionConnection = connectionOf(Version);

export function toVersion({ id, number, planHash, createdAt }: VersionRecord): Version {
  return { id, number, planHash, createdAt };
}

/** What the runs of an app have cost in the last days. */
@ObjectType()
export class AppUsage {
  @Field(() => Int, { description: 'Today in UTC and those before it' })
  days!: number;

  @Field(() => Float, { description: 'Calls of models, also those that failed or were repeated' })
  calls!: number;

  @Field(() => Usage, { nullable: true, description: 'Null where there was no call' })
  usage!: Usage | null;
}

@ObjectType()
export class App {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;

  @Field({ description: 'The mode of the app file: workflow, advanced-chat, chat, agent-chat, completion' })
  mode!: string;

  @Field()
  description!: string;

  @Field()
  icon!: string;

  @Field()
  iconBackground!: string;

  @Field()
  createdAt!: Date;

  @Field()
  updatedAt!: Date;

  liveVersionId!: string | null;
}
export const AppConnection = connectionOf(App);

export function toApp(record: AppRecord): App {
  return { ...record };
}

@InputType()
export class ModelNameInput {
  @Field()
  provider!: string;

  @Field()
  name!: string;
}

@InputType()
export class ModelChoiceInput {
  @Field(() => ModelNameInput, { description: 'As the app file names it' })
  named!: ModelNameInput;

  @Field(() => ModelNameInput)
  use!: ModelNameInput;
}

@InputType()
export class ImportAppInput {
  @Field({ description: 'The text of an app file' })
  content!: string;

  @Field(() => ID, { nullable: true, description: 'The app whose draft is replaced; a new one without it' })
  appId?: string | null;

  @Field(() => String, { nullable: true, description: 'Another name than the file gives' })
  name?: string | null;

  @Field(() => [ModelChoiceInput], { defaultValue: [], description: 'Models to use in place of those it names' })
  models!: ModelChoiceInput[];
}

@ObjectType()
export class ImportAppPayload extends Payload {
  @Field(() => App, { nullable: true })
  app?: App;

  @Field(() => [Issue])
  issues!: Issue[];
}

@InputType()
export class SaveDraftInput {
  @Field(() => ID)
  appId!: string;

  @Field(() => JsonScalar)
  definition!: unknown;

  @Field(() => Int, { description: 'The revision that was changed' })
  revision!: number;
}

@ObjectType()
export class SaveDraftPayload extends Payload {
  @Field(() => Draft, { nullable: true })
  draft?: Draft;

  @Field(() => [Issue])
  issues!: Issue[];
}

@InputType()
export class AppInput {
  @Field(() => ID)
  appId!: string;
}

@ObjectType()
export class PublishAppPayload extends Payload {
  @Field(() => Version, { nullable: true })
  version?: Version;

  @Field(() => [Issue])
  issues!: Issue[];
}

@ObjectType()
export class DeleteAppPayload extends Payload {
  @Field(() => ID, { nullable: true })
  deletedAppId?: string;
}
