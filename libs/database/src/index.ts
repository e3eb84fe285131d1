export { findServerAbsence, listAttention, noteAttention, type RunAttention } from './attention.js';
export { cancelAttempt, closeAttempt, dropAttempt, type AttemptRecord } from './close-attempt.js';
export { cancelOnAbort } from './cancel-on-abort.js';
export { getCarriedPart, removeOldCarried, storeCarried } from './carried-run.js';
export { closeRun, endQueuedRun } from './close-run.js';
export { compareClocks } from './clocks.js';
export { checkEmptyDatabase, copyTables, fillTables, type CopiedTable, type TableCopy } from './copy-tables.js';
export {
  checkDatabase,
  checkRoom,
  databaseErrors,
  joinTransaction,
  openDatabase,
  readTime,
  type Database,
  type Sql,
} from './database.js';
export { readAnswer, readLargeValue } from './large-values.js';
export { holdRemoval, whileRemoving, type RemovalHold } from './keeping-lock.js';
export { migrate } from './migrate.js';
export { newId } from './new-id.js';
export { CHANNELS, Listener, RELAY_BELL, ring } from './notifications.js';
export { listUnnamedObjects } from './object-references.js';
export { openAttempt, type OpenedAttempt } from './open-attempt.js';
export { passwordTryTable } from './password-try-table.js';
export { getPlanPart } from './plan-part.js';
export { recordEvents } from './record-events.js';
export { listRemovedRuns, noteForgotten } from './removed-runs.js';
export {
  beatLease,
  claimCommands,
  claimQueuedRuns,
  endLease,
  listSilentRuns,
  markDelivered,
  markRelayed,
  releaseCommand,
  releaseRun,
  removeOldText,
  requeueRun,
  touchRun,
  type QueuedRun,
  type RunCommand,
  type SilentRun,
} from './relay.js';
export {
  HistoryRepository,
  textName,
  type AttemptRecordRow,
  type AttemptValue,
  type StepRecord,
  type StepValue,
} from './repositories/history.repository.js';
export { countRuns, type RunNumbers } from './run-numbers.js';
export { runErrors, RunRepository, type RunRecord, type RunStatus } from './repositories/run.repository.js';
export {
  emptyDueConversation,
  isTooMuch,
  listKeepingRules,
  removeDueConversations,
  removeDueRuns,
  removeUnusedFiles,
  removeUnusedPlans,
  type KeepingRule,
} from './retention.js';
export { RunBell } from './run-bell.js';
export { PostgresRunFeed } from './run-feed.js';
export { checkSealingKeys, forgetLostSecrets, rotateSecrets } from './secret-rotation.js';
export { PostgresSecretStore } from './secret-store.js';
export {
  appErrors,
  AppRepository,
  type AppFields,
  type AppRecord,
  type DraftRecord,
  type VersionPage,
  type VersionRecord,
  type WriteDefinition,
} from './repositories/app.repository.js';
export {
  ConversationRepository,
  type ConversationRecord,
  type MessageRecord,
} from './repositories/conversation.repository.js';
export { DefinitionRepository, type DraftText } from './repositories/definition.repository.js';
export { FileRepository, type FileRecord } from './repositories/file.repository.js';
export {
  MemberRepository,
  type AppearanceRecord,
  type Identity,
  type Role,
  type SessionRecord,
} from './repositories/member.repository.js';
export { PlanRepository, type PlanForm } from './repositories/plan.repository.js';
export { ProviderRepository, type ProviderRecord, type TeamModels } from './repositories/provider.repository.js';
export { TeamRepository, type TeamSettingsRecord } from './repositories/team.repository.js';
export { storableJsonText } from './storable.js';
export { budgetErrors, TokenBudgets, type TokenBudget } from './token-budgets.js';
export { listAppUsage, type AppUsage, type UsageSum } from './usage.js';
export { countWork, measureDatabase } from './work-load.js';
