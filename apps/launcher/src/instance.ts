import type { Config } from '@tenon/platform';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from './data-folder.js';
import { launcherErrors } from './errors.js';

/** What the command line needs to reach an instance, and what the launcher remembers of its owner. */
interface InstanceFile {
  readonly url: string;
  /** API token of the owner. */
  readonly token: string;
  readonly email: string;
  /** Only until the first start has printed it: a start that was cut off before shows the same one again. */
  readonly password?: string;
  /** The password is the one that was printed, as far as is known. */
  readonly isPasswordSeeded?: boolean;
  /** It was started by a command and ends with the last one that uses it. */
  readonly isForCommands?: boolean;
}

/** What the API says of the owner in its ready message. */
export interface OwnerReport {
  /** True when this start made the first member, with the password that the API was given. */
  readonly ownerCreated?: boolean;
  /** Whether the owner still has the first password; when it was given, the API compares it. */
  readonly isPasswordSeeded?: boolean;
}

/** The owner of an instance: the credentials the API is given, and `instance.json`. */
export class Instance {
  private constructor(
    private readonly file: string,
    private content: InstanceFile,
    /** A password that was given by the person, not made here. */
    private readonly givenPassword: string | undefined,
  ) {}

  /** Reads `instance.json` of the data folder, or makes credentials for a first start. */
  static async load(
    { data, owner, server }: Pick<Config, 'data' | 'owner' | 'server'>,
    isForCommands = false,
  ): Promise<Instance> {
    const file = path.join(data.folder, 'instance.json');
    const known = await readInstance(file);
    const content: InstanceFile = known ?? {
      url: server.publicUrl,
      token: randomBytes(32).toString('base64url'),
      email: owner.email,
      ...(owner.password === undefined && { password: makePassword(), isPasswordSeeded: true }),
    };
    const { isForCommands: _before, ...lasting } = content;
    const now = { ...lasting, url: server.publicUrl, ...(isForCommands && { isForCommands }) };
    const instance = new Instance(file, now, owner.password);
    // also where the address is another one now: nobody shall show the token at the address of the last time
    if (known?.url !== now.url || known.isForCommands !== now.isForCommands) await instance.write();
    return instance;
  }

  /**
   * Other computers must not get in with a password that stood in a terminal.
   * @throws launcher.openWithSeededPassword
   */
  checkHost(host: string): void {
    if (isLoopback(host) || !this.content.isPasswordSeeded) return;
    throw launcherErrors.openWithSeededPassword(
      `TENON_HOST=${host} opens Tenon to other computers while its owner has the generated password: start it on 127.0.0.1 and change the password first, or set TENON_OWNER_PASSWORD before the first start.`,
    );
  }

  /** What the API needs to make the owner. */
  get env(): Record<string, string> {
    const password = this.givenPassword ?? this.content.password;
    return {
      TENON_OWNER_EMAIL: this.content.email,
      TENON_OWNER_TOKEN: this.content.token,
      ...(password !== undefined && { TENON_OWNER_PASSWORD: password }),
    };
  }

  /**
   * Takes note of what the API found, forgets the generated password, and returns it when it is the owner's and was not
   * shown yet: also when the start that made the owner was cut off before it could show it.
   */
  async settle({ ownerCreated, isPasswordSeeded }: OwnerReport): Promise<string | undefined> {
    const { password, isPasswordSeeded: before, ...rest } = this.content;
    const isOwners = isPasswordSeeded ?? ownerCreated ?? true;
    this.content = { ...rest, isPasswordSeeded: isPasswordSeeded ?? before ?? false };
    await this.write();
    return isOwners ? password : undefined;
  }

  /** What no log may contain. */
  get secrets(): readonly string[] {
    const { token, password } = this.content;
    return [token, ...(password === undefined ? [] : [password])];
  }

  /** For the sign-in that is printed, and for a parent that started this launcher. */
  get email(): string {
    return this.content.email;
  }

  get token(): string {
    return this.content.token;
  }

  private write(): Promise<void> {
    return writeWhole(this.file, this.content);
  }
}

async function readInstance(file: string): Promise<InstanceFile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const content = JSON.parse(text) as InstanceFile;
    if (typeof content.token === 'string' && typeof content.email === 'string') return content;
  } catch {
    // answered below
  }
  throw launcherErrors.folderRefused(`${file} cannot be read: remove it, and the next start writes a new one.`);
}

/** Sixteen characters that are not mistaken for one another: 80 bits. */
function makePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const bytes = [...randomBytes(64)].filter((byte) => byte < letters.length * 8);
  const text = bytes.slice(0, 16).map((byte) => letters[byte % letters.length]);
  return text.join('').replaceAll(/(.{4})(?=.)/g, '$1-');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);
}
