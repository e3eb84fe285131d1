import { isTenonError } from '@tenon/base';
import { announceReady, loadSecretKeys, rememberSecret, type Config } from '@tenon/platform';
import type { HeldLock } from '@tenon/platform/processes';
import { findFreePort } from '@tenon/platform/servers';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { backUp } from './backup.js';
import { BuildWatch } from './build-watch.js';
import { checkAddress } from './checks.js';
import { compareReleases, openDataFolder, type DataFolder } from './data-folder.js';
import { announceEnd, announceEndAfterLastCommand } from './end-mark.js';
import { Instance, type OwnerReport } from './instance.js';
import { pullLocalModel } from './local-model.js';
import { LogOutput } from './log-output.js';
import { startNodeProcess, type NodeProcess } from './node-process.js';
import { commandOf, programs, type Endpoint, type Wiring } from './processes.js';
import type { Running } from './running.js';
import { createPostgresStart, createTemporalStart, prepareGivenTemporal } from './servers.js';
import { forgetStartFailure, noteStartFailure } from './start-failure.js';
import { endLeftovers, StatusFile } from './status-file.js';
import { Supervised } from './supervised.js';
import { amount, type Terminal } from './terminal.js';

/** What a launcher runs and where. */
export interface LauncherOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Holds the built files of all programs. */
  readonly distFolder: string;
  /** Of this Tenon, such as `0.1.0`. */
  readonly release: string;
  readonly terminal: Terminal;
  /** Start a program again when its built file has changed. */
  readonly isWatching: boolean;
  /** Started by a command: others may join it, and it ends with the last of them. */
  readonly isForCommands: boolean;
}

type ProgramName = keyof typeof programs;
/** What the API says when it is ready; the owner's part is in `Instance`. */
type ApiReport = OwnerReport & { readonly hasProvider?: boolean };

/** The order in which processes end: first who takes work, then who does it, then what both stand on. */
const STOP_ORDER = [['api'], ['worker'], ['code-runner', 'local-models'], ['temporal'], ['postgres']];

/** Starts everything that Tenon consists of in the right order, keeps it running, and ends it in the right order. */
export class Launcher {
  private readonly processes = new Map<string, Supervised>();
  private readonly ending = new AbortController();
  private readonly statusFile: string;
  private readonly status: StatusFile;
  private readonly builds: BuildWatch;
  private folder: DataFolder | undefined;
  private logs: LogOutput | undefined;
  private endMark: HeldLock | undefined;
  private isFirstStartOver = false;

  constructor(private readonly options: LauncherOptions) {
    const { data, secrets } = options.config;
    this.statusFile = path.join(data.folder, 'status.json');
    this.builds = new BuildWatch(options.distFolder);
    const start = {
      sealingKey: secrets.key ? 'TENON_SECRET_KEY' : 'secret.key',
      objectsFolder: data.objectsFolder,
    } as const;
    this.status = new StatusFile(this.statusFile, start, ({ message }) =>
      this.print(`The status of the processes cannot be written: ${message}`, 'error'),
    );
  }

  /**
   * Resolves when Tenon can be used; the address and the sign-in have been printed then.
   * @throws one of `launcherErrors`, `postgresErrors`, `temporalErrors`, `secretKeyErrors`: call `stop` afterwards
   */
  async start(): Promise<void> {
    const { folder } = this.options.config.data;
    try {
      await this.startAll();
    } catch (error) {
      if (!this.ending.signal.aborted && !isRunningAlready(error))
        await noteStartFailure(folder, error).catch(() => undefined); // it is printed all the same
      throw error;
    }
    await forgetStartFailure(folder);
  }

  private async startAll(): Promise<void> {
    const { config, release, terminal, isForCommands } = this.options;
    this.folder = await openDataFolder(config.data.folder, release);
    await checkAddress(config.server);
    const instance = await Instance.load(config, isForCommands);
    instance.checkHost(config.server.host);
    instance.secrets.forEach(rememberSecret);
    await loadSecretKeys(config);
    this.logs = new LogOutput(path.join(config.data.folder, 'logs'), terminal);
    await endLeftovers(this.statusFile);
    await this.backUpBeforeUpgrade(this.folder);
    const codeRunner = await newEndpoint();
    const localModels = await newEndpoint();
    const sandboxes = { codeRunner, localModels, statusFile: this.statusFile, owner: instance.env };
    const placeholder = { ...sandboxes, databaseUrl: '', temporalAddress: '' };
    const [databaseUrl, temporalAddress] = await Promise.all([
      this.startPostgres(),
      this.startTemporal(),
      this.startProgram('code-runner', placeholder),
      config.localModels.mode === 'auto' && this.startProgram('local-models', placeholder),
    ]);
    const wiring: Wiring = { ...sandboxes, databaseUrl, temporalAddress };
    const { details } = await this.startProgram('api', wiring);
    await this.folder.markRelease();
    await this.startProgram('worker', wiring);
    this.isFirstStartOver = true;
    const report = details as ApiReport;
    const password = await instance.settle(report);
    this.printReady(instance, password);
    if (process.send) {
      const { token, email } = instance;
      announceReady({ url: config.server.publicUrl, token, email, ...(password !== undefined && { password }) });
    }
    if (this.needsLocalModel(report)) void pullLocalModel(localModels, terminal, this.ending.signal);
  }

  /** Resolves when no command uses this instance any more, if it is for commands; one that comes later waits for its end. */
  async waitForLastCommand(): Promise<void> {
    if (this.options.isForCommands) await this.markEnd(announceEndAfterLastCommand);
  }

  /** Ends everything in order and lets go of the data folder. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.builds.close();
    if (!this.endMark) await this.markEnd(announceEnd);
    for (const names of STOP_ORDER) {
      await Promise.all(names.map((name) => this.stopOne(name)));
    }
    await this.status.flush();
    await this.logs?.close();
    await this.folder?.close();
    await this.endMark?.release();
  }

  /** Ends everything at once and without order. */
  async kill(): Promise<void> {
    this.ending.abort();
    await Promise.all([...this.processes.values()].map((process) => process.kill()));
  }

  private async markEnd(announce: (dataFolder: string) => Promise<HeldLock>): Promise<void> {
    if (!this.folder) return;
    try {
      this.endMark = await announce(this.folder.path);
    } catch (error) {
      // such as a full disk, which must not keep it from ending
      this.print(`Commands cannot be told that Tenon ends: ${(error as Error).message}`, 'warn');
    }
  }

  private async stopOne(name: string): Promise<void> {
    const supervised = this.processes.get(name);
    if (!supervised || supervised.state.state === 'stopped') return;
    await this.options.terminal.step(`Stopping ${name}`, () => supervised.stop());
  }

  private async backUpBeforeUpgrade(folder: DataFolder): Promise<void> {
    const { lastRelease } = folder;
    if (lastRelease === undefined || compareReleases(lastRelease, this.options.release) === 0) return;
    const what = `Copying the database of Tenon ${lastRelease} before the upgrade`;
    await this.options.terminal.step(what, (show) =>
      backUp(folder.path, lastRelease, (done, total) => show(amount(done, total))),
    );
  }

  private async startPostgres(): Promise<string> {
    const { config, terminal } = this.options;
    if (config.database.url) return config.database.url;
    return terminal.step('Starting Postgres', async () => {
      const start = await createPostgresStart(config, this.linesOf('postgres'));
      return (await this.supervise('postgres', start).start()).url;
    });
  }

  private async startTemporal(): Promise<string> {
    const { config, env, terminal } = this.options;
    const { address: given, namespace } = config.temporal;
    return terminal.step('Starting Temporal', async (show) => {
      if (given) {
        await prepareGivenTemporal(given, namespace);
        return given;
      }
      const { address, start } = await createTemporalStart(config, env, show, this.linesOf('temporal'));
      show('');
      await this.supervise('temporal', start).start();
      return address;
    });
  }

  private async startProgram(name: ProgramName, wiring: Wiring): Promise<NodeProcess> {
    const { config, distFolder, env, terminal, isWatching } = this.options;
    const command = commandOf(name, distFolder, config, wiring, env);
    const onLine = this.linesOf(name);
    const supervised = this.supervise(name, (signal) => startNodeProcess(command, { onLine, signal }));
    const process = await terminal.step(`Starting ${name}`, () => supervised.start());
    if (isWatching) this.builds.watch(command.file, () => void supervised.restart());
    return process;
  }

  private supervise<R extends Running>(name: string, start: (signal: AbortSignal) => Promise<R>): Supervised<R> {
    this.ending.signal.throwIfAborted();
    const supervised = new Supervised({
      name,
      start,
      onChange: (status) => {
        this.status.set(status);
        // A failed first start is told once, by whoever started us.
        if (!this.isFirstStartOver) return;
        if (status.state === 'restarting') this.print(`${name} is started again: ${status.lastError}`, 'warn');
        if (status.state === 'ready' && status.restarts > 0) this.print(`${name} is back.`, 'warn');
      },
    });
    this.processes.set(name, supervised as unknown as Supervised);
    return supervised;
  }

  /** What the servers print is for the log file; in the terminal it would hide what our own processes say. */
  private linesOf(name: string): (line: string) => void {
    const isOurs = name in programs;
    return this.logs!.for(name, { isQuiet: !isOurs && this.options.config.log.level !== 'debug' });
  }

  private needsLocalModel({ hasProvider }: ApiReport): boolean {
    const { localModels, openai } = this.options.config;
    return localModels.mode === 'auto' && !openai.apiKey && !openai.baseUrl && hasProvider !== true;
  }

  private printReady(instance: Instance, password: string | undefined): void {
    const { config } = this.options;
    const shown = password
      ? `${password}  (shown only this once)`
      : config.owner.password
        ? 'the one of TENON_OWNER_PASSWORD, if it was set at the first start'
        : 'as before; "npx --no-install tenon owner reset" makes a new one';
    this.options.terminal.tell(
      [
        '',
        `  Tenon is ready:  ${config.server.publicUrl}`,
        `  Sign in as:      ${instance.email}`,
        `  Password:        ${shown}`,
        `  Data folder:     ${config.data.folder}`,
        `  Ctrl-C stops it.`,
        '',
      ].join('\n'),
    );
  }

  private print(line: string, level: 'warn' | 'error'): void {
    this.options.terminal.print(line, level);
  }
}

async function newEndpoint(): Promise<Endpoint> {
  const token = randomBytes(32).toString('base64url');
  rememberSecret(token);
  return { port: await findFreePort(), token };
}

/** Then what stands in the data folder is about the other one. */
function isRunningAlready(error: unknown): boolean {
  return isTenonError(error) && error.code === 'launcher.alreadyRunning';
}
