export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant, ISO 8601 in UTC */
  DateTime: { input: string; output: string; }
  /** Any JSON value */
  JSON: { input: unknown; output: unknown; }
};

export type AppFilter = {
  /** Each of its words stands in the name or the description, in whatever case; 200 characters at most count */
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type AppInput = {
  readonly appId: Scalars['ID']['input'];
};

export type AttemptCause =
  | 'FIRST'
  | 'LOST_WORKER'
  | 'RETRY'
  | 'WORKER_STOPPED';

export type AttemptOutcome =
  | 'CANCELLED'
  | 'FAILED'
  | 'SUCCEEDED'
  | 'WORKER_STOPPED';

export type ChangePasswordInput = {
  readonly current: Scalars['String']['input'];
  readonly next: Scalars['String']['input'];
};

export type EndSessionInput = {
  readonly sessionId: Scalars['ID']['input'];
};

export type ImportAppInput = {
  /** The app whose draft is replaced; a new one without it */
  readonly appId?: InputMaybe<Scalars['ID']['input']>;
  /** The text of an app file */
  readonly content: Scalars['String']['input'];
  /** Models to use in place of those it names */
  readonly models?: ReadonlyArray<ModelChoiceInput>;
  /** Another name than the file gives */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

export type MessageStatus =
  | 'ANSWERED'
  | 'FAILED'
  | 'RUNNING'
  | 'STOPPED';

export type ModelChoiceInput = {
  /** As the app file names it */
  readonly named: ModelNameInput;
  readonly use: ModelNameInput;
};

export type ModelNameInput = {
  readonly name: Scalars['String']['input'];
  readonly provider: Scalars['String']['input'];
};

export type OpenAppFilesInput = {
  /** A zip of app files in Base64 */
  readonly archive?: InputMaybe<Scalars['String']['input']>;
  /** A public address of an app file or of a zip of them */
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

export type ProviderInput = {
  readonly name: Scalars['String']['input'];
};

export type PullLocalModelInput = {
  /** local-chat or local-chat-small; the fitting one without it */
  readonly model?: InputMaybe<Scalars['String']['input']>;
};

export type RunFilter = {
  readonly appId?: InputMaybe<Scalars['ID']['input']>;
  readonly conversationId?: InputMaybe<Scalars['ID']['input']>;
  readonly createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  readonly createdFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Begun not longer ago than so many seconds */
  readonly createdWithinSeconds?: InputMaybe<Scalars['Int']['input']>;
  readonly statuses?: InputMaybe<ReadonlyArray<RunStatus>>;
  /** Stands in the question or the inputs, in whatever case; 200 characters at most count */
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type RunStatus =
  | 'FAILED'
  | 'NEEDS_ATTENTION'
  | 'PARTIALLY_SUCCEEDED'
  | 'PAUSED'
  | 'QUEUED'
  | 'RUNNING'
  | 'STOPPED'
  | 'SUCCEEDED'
  | 'WAITING';

/** What is left out stays */
export type SaveAppearanceInput = {
  /** What the steps of a run do is read out */
  readonly announcesRuns?: InputMaybe<Scalars['Boolean']['input']>;
  /** Keys that are single letters or signs do something */
  readonly hasLetterKeys?: InputMaybe<Scalars['Boolean']['input']>;
  /** A BCP 47 tag */
  readonly language?: InputMaybe<Scalars['String']['input']>;
  readonly theme?: InputMaybe<Theme>;
};

export type SaveDraftInput = {
  readonly appId: Scalars['ID']['input'];
  readonly definition: Scalars['JSON']['input'];
  /** The revision that was changed */
  readonly revision: Scalars['Int']['input'];
};

export type SaveProviderInput = {
  /** Left out, the stored key stays; empty text removes it */
  readonly apiKey?: InputMaybe<Scalars['String']['input']>;
  readonly baseUrl: Scalars['String']['input'];
  readonly models?: ReadonlyArray<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
};

export type SaveTeamSettingsInput = {
  /** 1 to 36500; null: what holds for the instance */
  readonly keepRunsDays?: InputMaybe<Scalars['Int']['input']>;
  /** The same of runs of drafts */
  readonly keepTestRunsDays?: InputMaybe<Scalars['Int']['input']>;
  /** From 0; null: what holds for the instance */
  readonly tokensPerDay?: InputMaybe<Scalars['Float']['input']>;
};

export type SessionKind =
  | 'BROWSER'
  | 'TOKEN';

export type SetDefaultModelInput = {
  readonly model?: InputMaybe<Scalars['String']['input']>;
  readonly provider?: InputMaybe<Scalars['String']['input']>;
  readonly standIn?: Scalars['Boolean']['input'];
};

export type Severity =
  | 'ERROR'
  | 'WARNING';

export type SignInInput = {
  readonly email: Scalars['String']['input'];
  readonly password: Scalars['String']['input'];
};

export type StartRunInput = {
  readonly appId: Scalars['ID']['input'];
  /** Where it is started from: up to 32 small letters, digits and hyphens, a letter first */
  readonly channel?: Scalars['String']['input'];
  /** The thread it belongs to; a new one without it */
  readonly conversationId?: InputMaybe<Scalars['ID']['input']>;
  /** Makes a repeated request the same run; another request with the same key is refused */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Values of the start form by name */
  readonly inputs?: InputMaybe<Scalars['JSON']['input']>;
  /** The message to a chatflow */
  readonly query?: InputMaybe<Scalars['String']['input']>;
  /** The draft as it stands, instead of a version */
  readonly useDraft?: Scalars['Boolean']['input'];
  /** Another version than the live one */
  readonly versionId?: InputMaybe<Scalars['ID']['input']>;
};

export type StepStatus =
  | 'FAILED'
  | 'HANDLED'
  | 'RETRYING'
  | 'RUNNING'
  | 'SKIPPED'
  | 'STOPPED'
  | 'SUCCEEDED';

export type StopRunInput = {
  readonly reason?: Scalars['String']['input'];
  readonly runId: Scalars['ID']['input'];
};

export type TemplateCategory =
  | 'CHAT'
  | 'DATA'
  | 'TEXT';

/** What has to be there for a template to run */
export type TemplateNeed =
  | 'CODE'
  | 'MODEL'
  | 'WEB';

export type TestProviderInput = {
  readonly apiKey?: InputMaybe<Scalars['String']['input']>;
  readonly baseUrl: Scalars['String']['input'];
  /** A model to ask; without it the models are listed */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** A stored provider whose key is used where none is given */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

export type Theme =
  | 'DARK'
  | 'LIGHT'
  | 'SYSTEM';
