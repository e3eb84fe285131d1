import {
  canonicalJson,
  jsonSizeBytes,
  defineErrors,
  type AppId,
  type ConversationId,
  type Json,
  type RunId,
  type TeamId,
  type VersionId,
} from '@tenon/base';
import {
  appErrors,
  AppRepository,
  ConversationRepository,
  newId,
  PlanRepository,
  runErrors,
  RunRepository,
  TokenBudgets,
  type Identity,
  type PlanForm,
  type RunRecord,
} from '@tenon/database';
import { coerceInputs, type Outputs } from '@tenon/engine';
import type { Logger } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { definitionErrors } from '../app/definition-errors.js';
import { DraftReports } from '../app/draft-reports.js';
import { FileInputs } from '../files/file-inputs.js';
import { currentRequestId } from '../http/request-id.js';
import { LOGGER } from '../parts.js';

/** Failures of starting a run that the caller can correct. */
export const startErrors = defineErrors('run', {
  invalidInputs: 'invalid',
  notPublished: 'invalid',
  conversationMissing: 'missing',
  versionMissing: 'missing',
  invalidKey: 'invalid',
  queryTooLong: 'invalid',
  inputsTooLarge: 'invalid',
});

const MAX_QUERY_CHARACTERS = 100_000;
const MAX_KEY_CHARACTERS = 255;
/** What a run is started with travels in one message to the workflow server, which takes 2 MiB. */
const MAX_START_BYTES = 1024 * 1024;

/** What is asked to run. */
export interface StartRequest {
  readonly appId: AppId;
  readonly versionId?: VersionId;
  readonly useDraft: boolean;
  readonly inputs: Json;
  readonly query: string;
  readonly conversationId?: ConversationId;
  readonly idempotencyKey?: string;
  readonly channel: string;
}

interface Target {
  readonly versionId: VersionId | null;
  readonly planHash: string;
  readonly form: PlanForm;
}

/** Accepting runs. Everything that can be wrong is found before a run exists. */
@Injectable()
export class RunService {
  constructor(
    private readonly apps: AppRepository,
    private readonly plans: PlanRepository,
    private readonly drafts: DraftReports,
    private readonly conversations: ConversationRepository,
    private readonly runs: RunRepository,
    private readonly files: FileInputs,
    private readonly budgets: TokenBudgets,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Accepts a run: from here on it is never lost. A request that was accepted before is the run that it became, whatever
   * has happened to its app since.
   * @throws app.missing, run.notPublished, run.versionMissing, run.invalidInputs, run.conversationMissing,
   *         run.inputsTooLarge, definition.hasErrors, run.keyReused, budget.spent
   */
  async start(identity: Identity, request: StartRequest): Promise<RunRecord> {
    const { teamId, memberId } = identity;
    checkRequest(request);
    const { idempotencyKey: key, ...asked } = request;
    const idempotency = key ? { key, requestHash: hashOf(asked) } : undefined;
    const earlier = idempotency && (await this.runs.findAccepted(teamId, request.appId, idempotency));
    if (earlier) return earlier;
    const target = await this.findTarget(identity, request);
    const inputs = await this.readInputs(identity, target.form, request.inputs);
    const isChat = target.form.mode === 'advanced-chat';
    const runId = newId<RunId>();
    const conversation = isChat ? await this.findConversation(identity, request) : undefined;
    const conversationId = conversation?.id ?? null;
    const system: Outputs = {
      ...(isChat && {
        query: request.query,
        conversation_id: conversationId,
        dialogue_count: conversation?.round ?? 1,
      }),
      files: [],
      user_id: memberId,
      app_id: request.appId,
      workflow_id: target.versionId ?? request.appId,
      workflow_run_id: runId,
      timestamp: Math.floor(Date.now() / 1000),
    };
    checkSize(inputs, system);
    const run = await this.runs.accept({
      id: runId,
      teamId,
      appId: request.appId,
      versionId: target.versionId,
      planHash: target.planHash,
      conversationId,
      ...(conversation?.isNew && { newConversation: { name: request.query.slice(0, 80) } }),
      channel: request.channel,
      createdBy: memberId,
      requestId: currentRequestId(),
      inputs,
      system,
      ...(idempotency && { idempotency }),
    });
    const isNew = run.id === runId;
    this.logger.info({ runId: run.id, appId: run.appId, isNew }, 'a run was accepted');
    return run;
  }

  /** Asks a run to stop; one that has ended stays as it is. @throws run.missing */
  async stop(identity: Identity, runId: RunId, reason: string): Promise<RunRecord> {
    await this.runs.requestStop(identity.teamId, runId, reason.slice(0, 500));
    return this.getRun(identity, runId);
  }

  /** @throws run.missing */
  async getRun({ teamId }: Identity, runId: RunId): Promise<RunRecord> {
    const run = await this.runs.find(teamId, runId);
    if (!run) throw runErrors.missing('There is no such run.');
    return run;
  }

  private async findTarget({ teamId }: Identity, request: StartRequest): Promise<Target> {
    const target = request.useDraft
      ? await this.findDraft(teamId, request.appId)
      : await this.findVersion(teamId, request);
    return { ...target, form: await this.plans.getForm(teamId, target.planHash) };
  }

  private async findDraft(teamId: TeamId, appId: AppId) {
    await this.budgets.check(teamId);
    const planned = await this.drafts.plan(teamId, appId);
    if (planned.ok) return { versionId: null, planHash: planned.planHash };
    throw definitionErrors.hasErrors('The draft has errors; correct them before it can run.', {
      details: {
        problems: planned.issues
          .filter(({ severity }) => severity === 'error')
          .map(({ code, message, path }) => ({ code, message, path: [...path] })),
      },
    });
  }

  private async findVersion(teamId: TeamId, { appId, versionId: asked }: StartRequest) {
    const runnable = await this.apps.findRunnable(teamId, appId, asked);
    if (!runnable) throw appErrors.missing('There is no such app.');
    const { versionId, planHash, budget } = runnable;
    await this.budgets.check(teamId, budget);
    if (versionId) return { versionId, planHash };
    if (asked) throw startErrors.versionMissing('The app has no such version.');
    throw startErrors.notPublished('The app is not published yet; publish it, or run its draft.');
  }

  /** The values of the start form; every problem of every field is found before anything is refused. */
  private async readInputs({ teamId }: Identity, form: PlanForm, raw: Json): Promise<Outputs> {
    const resolved = await this.files.resolve(teamId, form.inputs, raw);
    const failed = new Set(resolved.issues.map(({ name }) => name));
    const coerced = coerceInputs(
      form.inputs.filter(({ name }) => !failed.has(name)),
      resolved.inputs,
    );
    if (coerced.ok && failed.size === 0) return coerced.inputs;
    const issues = [...resolved.issues, ...(coerced.ok ? [] : coerced.issues)];
    const problems = issues.map(({ name, code, message }) => ({ code, message, path: ['inputs', name] }));
    throw startErrors.invalidInputs('The inputs do not fit the start form.', { details: { problems } });
  }

  private async findConversation({ teamId }: Identity, { appId, conversationId }: StartRequest) {
    if (!conversationId) return { id: newId<ConversationId>(), isNew: true, round: 1 };
    const round = await this.conversations.findNextRound(teamId, appId, conversationId);
    if (round === undefined) throw startErrors.conversationMissing('The app has no such conversation.');
    return { id: conversationId, isNew: false, round };
  }
}

function checkRequest({ query, idempotencyKey }: StartRequest): void {
  if (query.length > MAX_QUERY_CHARACTERS)
    throw startErrors.queryTooLong(`A message has at most ${MAX_QUERY_CHARACTERS} characters.`);
  if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > MAX_KEY_CHARACTERS))
    throw startErrors.invalidKey(`An idempotency key has 1 to ${MAX_KEY_CHARACTERS} characters.`);
}

function checkSize(inputs: Outputs, system: Outputs): void {
  const bytes = jsonSizeBytes(inputs) + jsonSizeBytes(system);
  if (bytes > MAX_START_BYTES)
    throw startErrors.inputsTooLarge(
      `The inputs take ${bytes} bytes, at most ${MAX_START_BYTES} fit; give large texts as files.`,
    );
}

function hashOf(asked: Omit<StartRequest, 'idempotencyKey'>): string {
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}
