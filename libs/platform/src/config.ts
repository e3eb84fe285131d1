import { defineErrors } from '@tenon/base';
import os from 'node:os';
import path from 'node:path';
import { pinSecret } from './known-secrets.js';
import type { Setting } from './setting.js';
import { settings } from './settings.js';

type Settings = typeof settings;
type ValueOf<S> = S extends Setting<infer Value> ? Value : never;
/** Settings that `loadConfig` derives when they are left out. */
type Derived =
  'server.publicUrl' | 'data.cacheFolder' | 'data.objectsFolder' | 'memory.workerHeapMb' | 'memory.apiHeapMb';
type With<Path extends string> = {
  readonly [S in keyof Settings]: {
    readonly [K in keyof Settings[S]]: `${S}.${K & string}` extends Path | Derived
      ? NonNullable<ValueOf<Settings[S][K]>>
      : ValueOf<Settings[S][K]>;
  };
};

/** `section.key` of a setting, as `settings` names them. */
export type SettingPath = { [S in keyof Settings]: `${S}.${keyof Settings[S] & string}` }[keyof Settings];
/**
 * All settings of a process, deeply frozen: `config.database.poolSize`. `Required` names those that are certainly set.
 * Pass on the slice that a class needs, `Config['database']`, not the whole.
 */
export type Config<Required extends SettingPath = never> = With<Required>;

/** Settings that cannot be used; `details.problems` lists every one as a sentence. */
export const configErrors = defineErrors('config', { invalid: 'invalid' });

/**
 * Reads every setting from `env`. A variable that is set to nothing counts as not set. From then on no line of a log
 * contains one of those that are secret.
 * @param required  settings this process cannot do without
 * @throws          config.invalid with the full list of problems
 */
export function loadConfig<const Required extends SettingPath = never>(
  env: Readonly<Record<string, string | undefined>>,
  required: readonly Required[] = [],
): Config<Required> {
  const problems: string[] = [];
  const config: Record<string, Record<string, unknown>> = {};
  for (const [section, group] of Object.entries<Record<string, Setting>>(settings)) {
    const values: Record<string, unknown> = (config[section] = {});
    for (const [key, setting] of Object.entries(group)) {
      const isRequired = (required as readonly string[]).includes(`${section}.${key}`);
      const found = read(setting, env[setting.name], isRequired);
      if ('problem' in found) problems.push(found.problem);
      else values[key] = found.value;
    }
  }
  if (problems.length > 0) throw configErrors.invalid(problems.join('\n'), { details: { problems } });
  derive(config as unknown as Derivable, env);
  for (const values of Object.values(config)) Object.freeze(values);
  const loaded = Object.freeze(config) as unknown;
  secretValues(loaded as Config).forEach(pinSecret);
  return loaded as Config<Required>;
}

function read(
  setting: Setting,
  given: string | undefined,
  isRequired: boolean,
): { value: unknown } | { problem: string } {
  const text = given?.trim() ? given : setting.fallback;
  if (text === undefined) {
    return isRequired ? { problem: `${setting.name} is not set: ${setting.meaning}.` } : { value: undefined };
  }
  const result = setting.type.schema.safeParse(text);
  if (result.success) return { value: result.data };
  const shown = setting.isSecret ? '' : `, not ${JSON.stringify(text)}`;
  return { problem: `${setting.name} must be ${setting.type.expected}${shown}.` };
}

type Derivable = {
  server: { host: string; port: number; publicUrl?: string };
  data: { folder: string; cacheFolder?: string; objectsFolder?: string };
  memory: { workerHeapMb?: number; apiHeapMb?: number };
};

function derive({ server, data, memory }: Derivable, env: Readonly<Record<string, string | undefined>>): void {
  server.publicUrl ??= `http://${reachableHost(server.host)}:${server.port}`;
  data.cacheFolder ??= path.join(env['XDG_CACHE_HOME'] || path.join(env['HOME'] || os.homedir(), '.cache'), 'tenon');
  data.objectsFolder ??= path.join(data.folder, 'objects');
  memory.workerHeapMb ??= shareOfMemory(8, 4096);
  memory.apiHeapMb ??= shareOfMemory(12, 2048);
}

/** A part of the memory that this machine, or this container, has; in MiB. */
function shareOfMemory(part: number, mostMb: number): number {
  const bytes = Math.min(process.constrainedMemory() || Infinity, os.totalmem());
  return Math.max(512, Math.min(mostMb, Math.floor(bytes / part / 1024 / 1024)));
}

/** Where a server that listens on `host` is reached from this computer, ready to stand in a URL. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::' || host === '[::]') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** The values of all settings that are secrets, and the passwords in those that are addresses. */
export function secretValues(config: Config): string[] {
  const values = config as unknown as Record<string, Record<string, unknown>>;
  return Object.entries<Record<string, Setting>>(settings).flatMap(([section, group]) =>
    Object.keys(group)
      .filter((key) => group[key]?.isSecret)
      .map((key) => values[section]?.[key])
      .flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
      .filter((value) => typeof value === 'string')
      .flatMap((value) => [value, ...passwordsIn(value)]),
  );
}

function passwordsIn(text: string): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.password ? [decodeURIComponent(url.password)] : [];
}
