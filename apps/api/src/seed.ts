import { defineErrors } from '@tenon/base';
import {
  AppRepository,
  DefinitionRepository,
  joinTransaction,
  MemberRepository,
  PlanRepository,
  type Database,
  type Identity,
  type PostgresSecretStore,
  type Sql,
} from '@tenon/database';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppService } from './app/app.service.js';
import type { DefinitionThreads } from './app/definition-threads.js';
import { DraftReports } from './app/draft-reports.js';
import { SecretSealer } from './app/secret-sealer.js';
import { hashPassword } from './auth/passwords.js';
import type { Parts } from './parts.js';

/** Why the first team cannot be made. */
export const seedErrors = defineErrors('seed', { templateRefused: 'invalid' });

/** Name under which the launcher's token for the command line is kept. */
const TOKEN_NAME = 'command line';

type SeedParts = Pick<Parts, 'config' | 'database' | 'logger' | 'secrets' | 'definitionThreads'>;
type Member = Pick<Identity, 'teamId' | 'memberId'>;

interface Template {
  readonly file: string;
  readonly content: string;
}

/**
 * First start: makes a team with its owner and the templates of the folder `examples`, all of it or nothing, so that a
 * start that is cut off leaves it to the next one. Every start: the owner's token for the command line is the one that
 * the launcher gave. Says whether it made the owner.
 * @throws seed.templateRefused
 */
export async function seed(parts: SeedParts, examples: string): Promise<{ readonly ownerCreated: boolean }> {
  const members = new MemberRepository(parts.database);
  const known = await members.findOwner();
  const made = known ? undefined : await makeFirstTeam(parts, examples);
  const owner = known ?? made ?? (await members.findOwner());
  const { token } = parts.config.owner;
  if (token && owner) await members.replaceToken(owner.memberId, TOKEN_NAME, token);
  return { ownerCreated: made !== undefined };
}

/** The owner's ids; undefined when another process was faster. */
async function makeFirstTeam(parts: SeedParts, examples: string): Promise<Member | undefined> {
  const { config, database, logger, secrets, definitionThreads } = parts;
  const { email, password: given } = config.owner;
  const password = given ?? randomBytes(18).toString('base64url');
  const passwordHash = await hashPassword(password);
  const templates = await readTemplates(examples);
  const make = async (sql: Sql) => {
    const inside = joinTransaction(database, sql);
    const first = await new MemberRepository(inside).createFirstOwner({ teamName: 'My team', email, passwordHash });
    const apps = appsOf(inside, secrets.within(sql), definitionThreads);
    if (first) await addTemplates(apps, first, templates);
    return first;
  };
  const owner = await secrets.sealing(() => database.inTransaction(make));
  if (owner && !given) logger.warn({ email }, 'the first member was made; "tenon owner reset" gives a password');
  return owner;
}

async function readTemplates(folder: string): Promise<Template[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yml')).sort();
  const files = names.map((name) => path.join(folder, name));
  return Promise.all(files.map(async (file) => ({ file, content: await readFile(file, 'utf8') })));
}

function appsOf(database: Database, secrets: PostgresSecretStore, threads: DefinitionThreads): AppService {
  const apps = new AppRepository(database);
  const definitions = new DefinitionRepository(database);
  const sealer = new SecretSealer(secrets);
  const reports = new DraftReports(apps, definitions, new PlanRepository(database), threads);
  return new AppService(apps, definitions, sealer, threads, reports);
}

async function addTemplates(apps: AppService, owner: Member, templates: readonly Template[]): Promise<void> {
  for (const { file, content } of templates) {
    const taken = await apps.importApp(owner, { content });
    const done = taken.ok ? await apps.publish(owner, taken.value.id) : taken;
    if (done.ok) continue;
    const [issue] = done.issues.filter(({ severity }) => severity === 'error');
    throw seedErrors.templateRefused(
      `${file} cannot be published (${issue?.message}): correct it or take it away, and start again.`,
    );
  }
}
