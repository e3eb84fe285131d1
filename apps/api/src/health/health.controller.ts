import { checkRoom, compareClocks, countWork, findServerAbsence, type Database } from '@tenon/database';
import { isTenonError } from '@tenon/base';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { readFile } from 'node:fs/promises';
import { AllowTo } from '../auth/access.guard.js';
import { IdentityReader } from '../auth/identity.js';
import { DiskUse } from './disk-use.js';
import { CONFIG, DATABASE, type ApiConfig } from '../parts.js';

/**
 * `GET /health`: whether the API serves, for anybody; what is wrong with which process and since when, for members.
 * 200 while the API can accept runs, 503 while it cannot.
 */
@Controller('health')
export class HealthController {
  private databaseTrouble: { readonly since: string; readonly reason: string } | undefined;

  constructor(
    private readonly identities: IdentityReader,
    private readonly diskUse: DiskUse,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  @AllowTo('anybody')
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const isDatabaseUp = await this.probeDatabase();
    const status = isDatabaseUp ? 'ok' : 'unavailable';
    const identity = isDatabaseUp ? await this.identities.read(request) : undefined;
    const details = identity && {
      database: { state: 'up', since: null },
      workflowServer: await this.describeServer(),
      processes: await this.readProcesses(),
      runs: await countWork(this.database),
      clocks: await compareClocks(this.database),
      disk: await this.diskUse.read(),
    };
    response.status(isDatabaseUp ? 200 : 503).json({ status, ...this.databaseTrouble, ...details });
  }

  private async probeDatabase(): Promise<boolean> {
    try {
      await checkRoom(this.database);
      this.databaseTrouble = undefined;
    } catch (error) {
      const reason = isTenonError(error) ? error.message : 'The database refuses us.';
      this.databaseTrouble = { since: this.databaseTrouble?.since ?? new Date().toISOString(), reason };
    }
    return this.databaseTrouble === undefined;
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
