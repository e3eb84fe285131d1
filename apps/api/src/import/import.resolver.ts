import type { Identity } from '@tenon/database';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { DefinitionThreads } from '../app/definition-threads.js';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember } from '../auth/identity.js';
import { DEFINITION_COST } from '../graphql/cost.js';
import { payload } from '../graphql/payload.js';
import { importErrors } from './import-errors.js';
import { ImportService } from './import.service.js';
import { AppFileReport, OpenAppFilesInput, OpenAppFilesPayload, toOpenedFile, toReport } from './import.types.js';

/** Whole files are read for it, or waited for. */
const READING_COST = 10 * DEFINITION_COST;

/** What comes before `importApp`: finding app files, and looking into one. Nothing is stored. */
@Resolver()
export class ImportResolver {
  constructor(
    private readonly service: ImportService,
    private readonly threads: DefinitionThreads,
  ) {}

  @AllowTo('member')
  @Query(() => AppFileReport, {
    complexity: READING_COST,
    description: 'What an app file holds and what importing it would say; nothing is stored',
  })
  async appFile(
    @Args('content', { description: 'The text of an app file' }) content: string,
    @CurrentMember() _identity: Identity,
  ): Promise<AppFileReport> {
    return toReport(await this.threads.read({ content: { text: content } }));
  }

  @AllowTo('member')
  @Mutation(() => OpenAppFilesPayload, {
    complexity: READING_COST,
    description: 'Gives the app files of a zip or at an address; stores nothing',
  })
  openAppFiles(@Args('input') { archive, url }: OpenAppFilesInput, @CurrentMember() _identity: Identity) {
    return payload(
      async () => {
        const opened = archive
          ? await this.service.openArchive(Buffer.from(archive, 'base64'))
          : url
            ? await this.service.openAddress(url)
            : undefined;
        if (!opened) throw importErrors.nothingGiven('Give a zip or an address.');
        return { files: opened.files.map(toOpenedFile), leftOut: opened.leftOut };
      },
      { showsUnavailable: true },
    );
  }
}
