import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { placesInConsole, type Needs } from './bundled.js';

/** A package of the npm registry that a running Tenon uses. */
export interface UsedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX; empty where nothing is said. */
  readonly licence: string;
  /** Texts of licence and notices that lie in the package, without repetitions. */
  readonly texts: readonly string[];
  /** It is installed on some systems only, so its texts are not read. */
  readonly isOfOneSystem: boolean;
}

interface LockedPackage extends Needs {
  readonly name?: string;
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

const TEXT_FILE = /^(licen[cs]e|copying|notice|copyright|unlicense)/i;
/** Packages that name their licence in its text only. */
const NAMED_IN_TEXT: Readonly<Record<string, string>> = { khroma: 'MIT', unionfs: 'Unlicense' };
/** Stands in for programs that are not wanted, and holds nothing. */
const EMPTY_PACKAGE = 'empty-npm-package';

/**
 * The packages of a lock file that are not only for development, or that browsers are given, sorted by name and version.
 * What the lock file does not say is read from the installed packages.
 * @param root  holds `package-lock.json` and `node_modules`
 */
export function readPackages(root: string): UsedPackage[] {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const isBundled = placesInConsole(root, packages);
  const found = new Map<string, UsedPackage>();
  for (const [place, locked] of Object.entries(packages)) {
    if (!place.includes('node_modules/') || locked.link || locked.name === EMPTY_PACKAGE) continue;
    if (locked.dev && !isBundled.has(place)) continue;
    const name = locked.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${locked.version}`, readPackage(path.join(root, place), name, locked));
  }
  return [...found.values()].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

function readPackage(folder: string, name: string, { version, license, os, cpu }: LockedPackage): UsedPackage {
  const isOfOneSystem = os !== undefined || cpu !== undefined;
  const licence = license ?? NAMED_IN_TEXT[name] ?? (isOfOneSystem ? '' : readOldLicence(folder));
  return { name, version, licence, texts: isOfOneSystem ? [] : readTexts(folder), isOfOneSystem };
}

/** Old packages name their licences in a list, any of which may be chosen. */
function readOldLicence(folder: string): string {
  const { licenses = [] } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    readonly licenses?: readonly { readonly type: string }[];
  };
  return licenses.map(({ type }) => type).join(' OR ');
}

function readTexts(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((file) => TEXT_FILE.test(file) && statSync(path.join(folder, file)).isFile())
    .sort(compare);
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r', '').trim());
  return [...new Set(texts.filter(Boolean))];
}

/** The same order on every computer, whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
