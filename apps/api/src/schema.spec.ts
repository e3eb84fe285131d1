import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppResolver } from './app/app.resolver.js';
import { DraftResolver, VersionResolver } from './app/definition.resolver.js';
import { AuthResolver } from './auth/auth.resolver.js';
import { TeamOwnersResolver } from './auth/team-owners.resolver.js';
import { ViewerResolver } from './auth/viewer.resolver.js';
import { SessionResolver } from './auth/session.resolver.js';
import { ConversationResolver } from './conversation/conversation.resolver.js';
import { MessageResolver } from './conversation/message.resolver.js';
import { DateTimeScalar } from './graphql/scalars.js';
import { ImportResolver } from './import/import.resolver.js';
import { ModelResolver } from './model/model.resolver.js';
import { RunResolver } from './run/run.resolver.js';
import { AttemptResolver, StepResolver } from './run/step.resolver.js';
import { TeamResolver } from './team/team.resolver.js';
import { TemplateResolver } from './template/template.resolver.js';
import { SecretKeyResolver } from './secrets/secret-key.resolver.js';

const FILE = path.resolve(import.meta.dirname, '../schema.graphql');

it('is the schema that is committed; `npm run fix` writes it anew', async () => {
  const app = await NestFactory.create(GraphQLSchemaBuilderModule, { logger: false });
  await app.init();
  const resolvers = [
    ...[AppResolver, AttemptResolver, AuthResolver, ConversationResolver, DraftResolver, ModelResolver, ViewerResolver],
    ...[RunResolver, SecretKeyResolver, SessionResolver, StepResolver, TeamResolver, VersionResolver],
    ...[ImportResolver, MessageResolver, TeamOwnersResolver, TemplateResolver],
  ];
  const schema = await app.get(GraphQLSchemaFactory).create(resolvers, [DateTimeScalar]);
  const text = `${printSchema(lexicographicSortSchema(schema))}\n`;
  if (process.env['TENON_WRITE_SCHEMA']) writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
  await app.close();
});
