import { compareClocks, countWork, findServerAbsence, type Database, type Identity } from '@tenon/database';
import { isTenonError } from '@tenon/base';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { readFile } from 'node:fs/promises';
import { AllowTo } from '../auth/access.guard.js';
import { IdentityReader } from '../auth/identity.js';
import { DiskUse } from './disk-use.js';
import { RoomProbe } from './room-probe.js';
import { CONFIG, DATABASE, type ApiConfig } from '../parts.js';

/**
 * `GET /health`: whether the API serves, for anybody; what is wrong with what and since when, for members.
 * 200 while the API can accept runs, 503 while it cannot.
 */
@Controller('health')
export class HealthController {
  constructor(
    private readonly identities: IdentityReader,
    private readonly room: RoomProbe,
    private readonly diskUse: DiskUse,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  @AllowTo('anybody')
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [trouble, identity] = await Promise.all([this.room.read(), this.identify(request)]);
    const status = trouble ? 'unavailable' : 'ok';
    const details = identity && (trouble ?? (await this.describe()));
    response.status(trouble ? 503 : 200).json({ status, ...details });
  }

  /** Undefined also for members while nobody can be known. @throws auth.foreignOrigin, auth.ambiguous */
  private async identify(request: Request): Promise<Identity | undefined> {
    try {
      return await this.identities.read(request);
    } catch (error) {
      if (isTenonError(error) && error.kind !== 'unavailable') throw error;
      return undefined;
    }
  }

  private async describe(): Promise<object> {
    return {
      database: { state: 'up', since: null },
      workflowServer: await this.describeServer(),
      processes: await this.readProcesses(),
      runs: await countWork(this.database),
      clocks: await compareClocks(this.database),
      disk: await this.diskUse.read(),
    };
  }

  /** As the workers see it: the API does not talk to it. */
  private async describeServer(): Promise<{ readonly state: 'up' | 'away'; readonly since: string | null }> {
    const awaySince = await findServerAbsence(this.database);
    return { state: awaySince ? 'away' : 'up', since: awaySince?.toISOString() ?? null };
  }

  /** What the launcher says of each process; null when nobody supervises. */
  private async readProcesses(): Promise<unknown> {
    const { statusFile } = this.config.launcher;
    if (!statusFile) return null;
    try {
      return JSON.parse(await readFile(statusFile, 'utf8')) as unknown;
    } catch {
      return null;
    }
  }
}
