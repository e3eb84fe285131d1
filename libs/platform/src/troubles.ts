/** Something that goes wrong with an instance, and what a person does about it. */
export interface Trouble {
  /** In a few words. */
  readonly title: string;
  /** How it is noticed, beside what the doctor says. */
  readonly signs: string;
  /** What to do, for the person who runs Tenon. */
  readonly remedy: string;
}

/**
 * The likely troubles, causes before what follows from them: `tenon doctor` lists what it finds in this order.
 * `docs/troubles.md` is made from it.
 */
export const troubles = {
  diskFull: {
    title: 'A disk is full, or nearly',
    signs:
      'Tenon does not start, Postgres or Temporal end by themselves, runs wait or fail when they keep large values.',
    remedy: 'Free space on that disk, or move the folder and set TENON_DATA_DIR or TENON_CACHE_DIR to where it is.',
  },
  folderClosed: {
    title: 'A folder belongs to somebody else',
    signs: 'Tenon does not start: a folder cannot be written, or the user of Postgres may not enter it.',
    remedy:
      'Run Tenon as the user who owns the data folder, give the folder back with "chown -R", or set TENON_DATA_DIR to another folder.',
  },
  portTaken: {
    title: 'The port is taken',
    signs: 'Tenon does not start, or another program answers at its address.',
    remedy: 'Stop the program that listens there, or set TENON_PORT to another port and start Tenon.',
  },
  killed: {
    title: 'Tenon was killed',
    signs: 'Nothing answers at the address, and instance.json still names it: a kill, a power cut, or no memory.',
    remedy: 'Start Tenon with "npm start": accepted runs go on where they were, and nothing has to be mended by hand.',
  },
  secretKey: {
    title: 'The sealing key is missing or another one',
    signs: 'Tenon does not start, or steps that use a credential fail with secret.wrongKey.',
    remedy:
      'Put back secret.key of the data folder from a backup, or set TENON_SECRET_KEY to the key that the data were sealed with; where it is lost, start once with TENON_SECRET_KEY_LOST=1 and enter the credentials again.',
  },
  newerData: {
    title: 'The data were written by a newer Tenon',
    signs: 'Tenon does not start after it was set back to an older release.',
    remedy:
      'Start the newer release, restore a backup that was made before the upgrade, or set another TENON_DATA_DIR.',
  },
  postgresDown: {
    title: 'Postgres does not start or does not answer',
    signs: 'Requests are answered with UNAVAILABLE, the health page with 503. Accepted runs are kept.',
    remedy:
      'Look at logs/postgres.log in the data folder, or at the Postgres of TENON_DATABASE_URL; data of another version need the Tenon that made them.',
  },
  temporalDown: {
    title: 'The Temporal server is missing, damaged or silent',
    signs: 'Tenon does not start, or runs are accepted and wait.',
    remedy:
      'Look at logs/temporal.log in the data folder. Where the program is missing, connect to a package index or set TENON_TEMPORAL_ADDRESS; where temporal.db is damaged, restore it from a backup, or move it away: runs under way begin anew, and keep what was finished.',
  },
  processDies: {
    title: 'A process is missing, or ends again and again',
    signs: 'Runs stop and go on, and the health page counts new starts.',
    remedy:
      'Look at its log in the folder logs of the data folder. Where memory ran out, give the computer more, or run less at once with TENON_TEAM_MAX_RUNS.',
  },
  codeRunnerBroken: {
    title: 'The code runner has no runtimes',
    signs: 'Tenon does not start, or code steps fail with code.unavailable.',
    remedy:
      'Install the packages again with "npm ci", start Tenon, and look at logs/code-runner.log in the data folder.',
  },
  clockSkew: {
    title: 'The clocks of computers differ',
    signs: 'Times are wrong, sign-ins end early, runs are shown as waiting or recovering although they are not.',
    remedy: 'Let the clocks of all computers be set by a time server, and start Tenon again.',
  },
  modelRefused: {
    title: 'A model provider does not answer as it should',
    signs: 'Runs fail with model.unauthorized, model.unreachable, model.notFound or model.notConfigured.',
    remedy:
      'Check key, address and names of models of that provider ("tenon models" lists them), or set OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL and start Tenon again.',
  },
  localModelMissing: {
    title: 'The local model is not here',
    signs: 'Runs fail with model.notReady while no provider is configured.',
    remedy: 'Fetch it with "tenon models pull", or configure a provider with OPENAI_API_KEY or OPENAI_BASE_URL.',
  },
  runsStuck: {
    title: 'Runs cannot go on, or wait for long',
    signs: 'Runs stay queued for more than a minute, or are shown as in need of attention.',
    remedy:
      'Mend what is listed above it, if anything is; else see "tenon runs --status queued,running" and "tenon show".',
  },
} as const satisfies Record<string, Trouble>;

/** Names one of the troubles. */
export type TroubleName = keyof typeof troubles;

const OF_CODE: Readonly<Record<string, TroubleName>> = {
  'launcher.diskFull': 'diskFull',
  'postgres.diskFull': 'diskFull',
  'temporal.diskFull': 'diskFull',
  'object.full': 'diskFull',
  'launcher.folderRefused': 'folderClosed',
  'postgres.folderClosed': 'folderClosed',
  'launcher.portTaken': 'portTaken',
  'launcher.portRefused': 'portTaken',
  'secretKey.unreadable': 'secretKey',
  'secret.wrongKey': 'secretKey',
  'launcher.newerData': 'newerData',
  'database.newerSchema': 'newerData',
  'database.unavailable': 'postgresDown',
  'step.keptDying': 'processDies',
  'code.unavailable': 'codeRunnerBroken',
  'model.notReady': 'localModelMissing',
  'model.unauthorized': 'modelRefused',
  'model.unreachable': 'modelRefused',
  'model.unavailable': 'modelRefused',
  'model.timedOut': 'modelRefused',
  'model.notFound': 'modelRefused',
  'model.notConfigured': 'modelRefused',
};

const OF_AREA: Readonly<Record<string, TroubleName>> = {
  postgres: 'postgresDown',
  temporal: 'temporalDown',
  secretKey: 'secretKey',
};

/** The trouble that an error of that code is a sign of; undefined for one that is none of them. */
export function troubleOfCode(code: string): TroubleName | undefined {
  return OF_CODE[code] ?? OF_AREA[code.split('.')[0] as string];
}
