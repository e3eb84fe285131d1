import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Issue, toIssue } from '../app/app.types.js';
import type { ModelNeed, readDefinition } from '../app/definition.thread.js';
import { Payload, UserError } from '../graphql/payload.js';
import { JsonScalar } from '../graphql/scalars.js';
import type { GivenFile } from './read-archive.js';

@InputType()
export class OpenAppFilesInput {
  @Field(() => String, { nullable: true, description: 'A zip of app files in Base64' })
  archive?: string | null;

  @Field(() => String, { nullable: true, description: 'A public address of an app file or of a zip of them' })
  url?: string | null;
}

/** A file that was found, or why it cannot be read. */
@ObjectType()
export class OpenedFile {
  @Field({ description: 'For people; never a path' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its text, as appFile and importApp take it' })
  content!: string | null;

  @Field(() => UserError, { nullable: true })
  error!: UserError | null;
}

export function toOpenedFile(file: GivenFile): OpenedFile {
  const { name } = file;
  if ('content' in file) return { name, content: file.content, error: null };
  const { code, message } = file.refusal;
  return { name, content: null, error: { code, message, path: [] } };
}

@ObjectType()
export class OpenAppFilesPayload extends Payload {
  @Field(() => [OpenedFile], { nullable: true })
  files?: OpenedFile[];

  @Field(() => Int, { nullable: true, description: 'Files of a zip that are no app files' })
  leftOut?: number;
}

/** A model that an app file names. */
@ObjectType()
export class NamedModel {
  @Field({ description: 'The bare provider id, such as openai' })
  provider!: string;

  @Field()
  name!: string;

  @Field(() => [ID])
  nodeIds!: readonly string[];
}

/** What an app file holds. */
@ObjectType()
export class AppFileContent {
  @Field()
  name!: string;

  @Field()
  mode!: string;

  @Field({ description: 'Of the format, as the file names it' })
  version!: string;

  @Field(() => JsonScalar, { description: 'In the newest shape of the format, without secrets' })
  definition!: unknown;

  @Field(() => [NamedModel])
  models!: readonly ModelNeed[];
}

/** What importing an app file would say. */
@ObjectType()
export class AppFileReport {
  @Field(() => AppFileContent, { nullable: true, description: 'Null when it cannot be taken in' })
  content!: AppFileContent | null;

  @Field(() => [Issue])
  issues!: Issue[];
}

export function toReport(read: ReturnType<typeof readDefinition>): AppFileReport {
  if (!read.ok) return { content: null, issues: read.issues.map(toIssue) };
  const { fields, fileVersion: version, models } = read;
  const { name, mode } = fields;
  const definition: unknown = JSON.parse(read.definition);
  return {
    content: { name, mode, version, definition, models },
    issues: [...read.issues, ...read.compileIssues].map(toIssue),
  };
}
