import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import type { Request, Response } from 'express';
import { AppLoaders } from './app/app.loaders.js';
import { AppResolver } from './app/app.resolver.js';
import { AppService } from './app/app.service.js';
import { DraftResolver, VersionResolver } from './app/definition.resolver.js';
import { DraftReports } from './app/draft-reports.js';
import { SecretSealer } from './app/secret-sealer.js';
import { AccessGuard } from './auth/access.guard.js';
import { AuthResolver } from './auth/auth.resolver.js';
import { IdentityReader, type GraphQLContext } from './auth/identity.js';
import { PasswordTries } from './auth/password-tries.js';
import { SessionEnds } from './auth/session-ends.js';
import { SessionResolver } from './auth/session.resolver.js';
import { SignInService } from './auth/sign-in.service.js';
import { TeamOwnersResolver } from './auth/team-owners.resolver.js';
import { ViewerResolver } from './auth/viewer.resolver.js';
import { ConversationResolver } from './conversation/conversation.resolver.js';
import { MessageResolver } from './conversation/message.resolver.js';
import { createErrorFormatter, throwWithStatus } from './graphql/format-error.js';
import { statusPlugin } from './graphql/http-status.js';
import { limitsPlugin, MAX_TOKENS, refuseLongOfNobody } from './graphql/limits.js';
import { DateTimeScalar } from './graphql/scalars.js';
import { FileInputs } from './files/file-inputs.js';
import { FileService } from './files/file.service.js';
import { FilesController } from './files/files.controller.js';
import { UploadController } from './files/upload.controller.js';
import { ErrorFilter } from './http/error.filter.js';
import { DiskUse } from './health/disk-use.js';
import { HealthController } from './health/health.controller.js';
import { RoomProbe } from './health/room-probe.js';
import { ImportController } from './app/import.controller.js';
import { ImportResolver } from './import/import.resolver.js';
import { ImportService } from './import/import.service.js';
import { LocalModelClient } from './model/local-model.client.js';
import { ModelResolver } from './model/model.resolver.js';
import { ModelService } from './model/model.service.js';
import { forwardApolloTo } from './framework-loggers.js';
import { partProviders, type Parts } from './parts.js';
import { QueueWatch } from './run/queue-watch.js';
import { RunFileController } from './run/run-file.controller.js';
import { RunFile } from './run/run-file.js';
import { RunLoaders } from './run/run.loaders.js';
import { RunResolver } from './run/run.resolver.js';
import { RunService } from './run/run.service.js';
import { RunUpdates } from './run/run-updates.js';
import { RunWatch } from './run/run-watch.js';
import { AttemptResolver, StepResolver } from './run/step.resolver.js';
import { TeamResolver } from './team/team.resolver.js';
import { TemplateResolver } from './template/template.resolver.js';
import { SecretKeyResolver } from './secrets/secret-key.resolver.js';
import { SecretKeyService } from './secrets/secret-key.service.js';

@Module({})
class PartsModule {
  static of(parts: Parts): DynamicModule {
    const providers = [...partProviders(parts), IdentityReader];
    return { module: PartsModule, global: true, providers, exports: providers };
  }
}

@Module({})
export class ApiModule {
  /** The API over its parts. */
  static of(parts: Parts): DynamicModule {
    return {
      module: ApiModule,
      imports: [PartsModule.of(parts), graphql(parts)],
      controllers: [FilesController, HealthController, ImportController, RunFileController, UploadController],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        ...[AppResolver, DraftResolver, VersionResolver, AppService, AppLoaders, DraftReports, SecretSealer],
        ...[
          AuthResolver,
          ViewerResolver,
          TeamOwnersResolver,
          SessionResolver,
          SignInService,
          PasswordTries,
          SessionEnds,
        ],
        ...[ConversationResolver, DateTimeScalar, MessageResolver],
        ...[FileInputs, FileService],
        ...[ImportResolver, ImportService],
        ...[ModelResolver, ModelService, LocalModelClient],
        ...[SecretKeyResolver, SecretKeyService],
        ...[
          RunResolver,
          StepResolver,
          AttemptResolver,
          RunFile,
          RunService,
          RunLoaders,
          RunUpdates,
          RunWatch,
          QueueWatch,
        ],
        ...[TeamResolver, TemplateResolver, DiskUse, RoomProbe],
      ],
    };
  }
}

function graphql(parts: Parts): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    inject: [IdentityReader],
    useFactory: (identities: IdentityReader) => ({
      autoSchemaFile: true,
      sortSchema: true,
      graphiql: false,
      playground: false,
      introspection: true,
      includeStacktraceInErrorResponses: false,
      csrfPrevention: true,
      preserveHttpStatusForExecutionErrors: false,
      formatError: createErrorFormatter(parts.logger),
      logger: forwardApolloTo(parts.logger),
      parseOptions: { maxTokens: MAX_TOKENS },
      plugins: [limitsPlugin, statusPlugin],
      // subscriptions are served by graphql/socket.ts
      context: async ({ req: request, res: response }: { req: Request; res: Response }): Promise<GraphQLContext> => {
        const identity = await identities.read(request).catch(throwWithStatus);
        if (!identity) refuseLongOfNobody(documentOf(request));
        return { identity, request, response };
      },
    }),
  });
}

function documentOf({ method, body, query }: Request): unknown {
  return method === 'GET' ? query['query'] : (body as { readonly query?: unknown } | undefined)?.query;
}
