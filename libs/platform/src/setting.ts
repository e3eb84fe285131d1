import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';

/** Who reads a setting: the names of the processes as the launcher and the documentation call them. */
export type SettingReader = 'launcher' | 'api' | 'worker' | 'code-runner' | 'local-models' | 'cli';

/** How the text of an environment variable becomes a value. */
export interface SettingType<Value> {
  readonly schema: z.ZodType<Value, string>;
  /** Completes “must be …”, and is the type in the documentation. */
  readonly expected: string;
}

/** One environment variable. `Value` includes `undefined` when it may be left out and has no default. */
export interface Setting<Value = unknown> {
  readonly name: string;
  readonly type: SettingType<NonNullable<Value>>;
  /** As text of the variable; absent when there is none or when `defaultIs` tells how it is derived. */
  readonly fallback?: string;
  /** For the documentation, where the default depends on other settings or on the machine. */
  readonly defaultIs?: string;
  readonly unit?: string;
  readonly isSecret: boolean;
  readonly usedBy: readonly SettingReader[];
  readonly meaning: string;
  /** Carries `Value`; never set. */
  readonly value?: Value;
}

interface Facts {
  readonly unit?: string;
  readonly isSecret?: boolean;
  readonly usedBy: readonly SettingReader[];
  readonly meaning: string;
}

/** A setting with a default, written as the variable's text would be. */
export function withDefault<Value>(
  name: string,
  type: SettingType<NonNullable<Value>>,
  fallback: string,
  facts: Facts,
): Setting<Value> {
  return { name, type, fallback, isSecret: false, ...facts };
}

/** A setting that may be left out; `defaultIs` says what happens then. */
export function optional<Value>(
  name: string,
  type: SettingType<NonNullable<Value>>,
  facts: Facts & { readonly defaultIs?: string },
): Setting<Value | undefined> {
  return { name, type, isSecret: false, ...facts };
}

const of = <Value>(expected: string, schema: z.ZodType<Value, string>): SettingType<Value> => ({ expected, schema });

/** A whole number in decimal digits. */
export function integer(min: number, max: number): SettingType<number> {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return of(`a whole number from ${min} to ${max}`, schema);
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words): SettingType<Words[number]> {
  return of(words.join(' or '), z.enum(words) as unknown as z.ZodType<Words[number], string>);
}

/** Text; white space around it is cut off. */
export function text(): SettingType<string> {
  return of('text', z.string().trim().min(1));
}

/** How many characters a password has, wherever one is chosen. */
export const PASSWORD_LENGTH = { least: 10, most: 256 } as const;

/** A password; white space around it is cut off. */
export function password(): SettingType<string> {
  const { least, most } = PASSWORD_LENGTH;
  return of(`text of ${least} to ${most} characters`, z.string().trim().min(least).max(most));
}

const FEWEST_CHARACTERS = 8;
/** What stands in examples and defaults, there to be replaced. */
const EXAMPLE =
  /change.?(me|this|it)|replace.?(me|this|it)|example|default|placeholder|your[-_. ]|sandbox|secret|passw/i;

/** Text that lets whoever knows it in. What everybody can guess, as the keys in examples, is none. */
export function token(minLength: number): SettingType<string> {
  const isHardToGuess = (value: string) => new Set(value).size >= FEWEST_CHARACTERS && !EXAMPLE.test(value);
  return of(
    `text of at least ${minLength} characters that nobody can guess`,
    z.string().trim().min(minLength).refine(isHardToGuess),
  );
}

/** Text that matches a pattern from start to end. */
export function pattern(expression: RegExp, expected: string): SettingType<string> {
  return of(expected, z.string().trim().regex(expression));
}

/** A folder; a relative one is meant from the working folder, and the value is absolute. */
export function folder(): SettingType<string> {
  return of(
    'a folder',
    z
      .string()
      .min(1)
      .transform((name) => path.resolve(name)),
  );
}

/** An absolute URL of one of the given schemes, without a slash at its end. */
export function url(schemes: readonly string[], expected: string): SettingType<string> {
  const isUrl = (value: string) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
  return of(
    expected,
    z
      .string()
      .trim()
      .refine(isUrl)
      .transform((value) => value.replace(/(?<!\/)\/+$/, '')),
  );
}

/** A list separated by commas; blanks around the items do not count, and the empty text is the empty list. */
export function list(expected: string, isItem: (item: string) => boolean): SettingType<readonly string[]> {
  const items = (value: string) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  return of(
    `${expected}, separated by commas`,
    z
      .string()
      .transform(items)
      .refine((all) => all.every(isItem)),
  );
}

/** `10.1.0.0/16`, `fd00::/8`, or a single address. */
export function isNet(item: string): boolean {
  const [address, bits, ...rest] = item.split('/');
  const family = isIP(address ?? '');
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** `https://example.org` or `http://127.0.0.1:4200`: scheme, host and port only. */
export function isOrigin(item: string): boolean {
  return URL.canParse(item) && /^https?:$/.test(new URL(item).protocol) && new URL(item).origin === item;
}
