import { MemberRepository, type Database } from '@tenon/database';
import type { Logger } from '@tenon/ports';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppService } from './app/app.service.js';
import { hashPassword } from './auth/passwords.js';
import type { ApiConfig } from './parts.js';

/** Name under which the launcher's token for the command line is kept. */
const TOKEN_NAME = 'command line';

export interface Seed {
  readonly config: ApiConfig;
  readonly database: Database;
  readonly members: MemberRepository;
  readonly apps: AppService;
  readonly logger: Logger;
  /** Folder of the templates. */
  readonly examples: string;
}

/**
 * First start: makes a team with its owner and imports the templates. Every start: the owner's token for the command
 * line is the one that the launcher gave. Says whether it made the owner.
 */
export async function seed({
  config,
  members,
  apps,
  logger,
  examples,
}: Seed): Promise<{ readonly ownerCreated: boolean }> {
  const { email, token } = config.owner;
  const password = config.owner.password ?? randomBytes(18).toString('base64url');
  const owner = await members.createFirstOwner({
    teamName: 'My team',
    email,
    passwordHash: await hashPassword(password),
  });
  if (owner) {
    if (!config.owner.password) logger.warn({ email, password }, 'the first member was made; change this password');
    for (const file of (await readdir(examples)).filter((name) => name.endsWith('.yml')).sort()) {
      const taken = await apps.importApp(owner, { content: await readFile(path.join(examples, file), 'utf8') });
      const published = taken.ok && (await apps.publish(owner, taken.value.id));
      if (!published || !published.ok) throw new Error(`the template ${file} cannot be published`);
    }
  }
  const known = owner ?? (await members.findOwner());
  if (token && known) await members.replaceToken(known.memberId, TOKEN_NAME, token);
  return { ownerCreated: owner !== undefined };
}
