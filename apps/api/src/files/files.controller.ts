import { isTenonError } from '@tenon/base';
import type { Identity } from '@tenon/database';
import type { ObjectStore } from '@tenon/ports';
import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AllowTo } from '../auth/access.guard.js';
import { OBJECTS } from '../parts.js';

/** Kinds of objects that people may fetch; the team's id follows in the key. */
const KINDS = ['files', 'responses', 'values'];

/**
 * `GET /files/<kind>/<team>/<hash>`: what members of the team have uploaded and its runs have kept, as a download. Never shown as a page of
 * ours: whatever it is, it came from outside.
 */
@Controller('files')
export class FilesController {
  constructor(@Inject(OBJECTS) private readonly objects: ObjectStore) {}

  @AllowTo('member')
  @Get(':kind/:team/:hash')
  async fetch(
    @Param('kind') kind: string,
    @Param('team') team: string,
    @Param('hash') hash: string,
    @Res() response: Response,
  ): Promise<void> {
    const { teamId } = response.locals['identity'] as Identity;
    const isTheirs = teamId === team && KINDS.includes(kind) && /^[0-9a-f]{64}$/.test(hash);
    const bytes = isTheirs ? await this.find(`${kind}/${team}/${hash}`) : undefined;
    if (!bytes) return void response.status(404).json({ code: 'file.missing', message: 'There is no such file.' });
    response
      .setHeader('content-disposition', `attachment; filename="${hash}"`)
      .setHeader('content-type', kind === 'values' ? 'application/json' : 'application/octet-stream')
      // what lies under a name never changes, and whoever has signed out asks in vain
      .setHeader('etag', `"${hash}"`)
      .setHeader('cache-control', 'private, no-cache')
      .send(Buffer.from(bytes));
  }

  private async find(key: string): Promise<Uint8Array | undefined> {
    try {
      return await this.objects.get(key);
    } catch (error) {
      if (isTenonError(error) && error.kind === 'missing') return undefined;
      throw error;
    }
  }
}
