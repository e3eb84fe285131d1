import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What the lock file says a package needs. */
export interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Sources that become the console. */
const SOURCES = ['apps/console/src', 'libs/ui/src', 'libs/graph-canvas/src'];
const PROJECT = 'apps/console/project.json';
const IS_SOURCE = /(?<!\.spec)\.(ts|scss)$/;
/** What the project file keeps out of the files that it copies. */
const LEFT_OUT = 'elkjs';
/** Names of packages in imports, in styles and among the files that are copied. */
const USED = /(?:from|import\(|@use|node_modules\/)\s*['"]?(?![./])((?:@[\w.-]+\/)?[\w.-]+)/g;

/**
 * Places in the lock file of the packages that are built into the console, with all that they need. They are there for
 * development only, and yet browsers are given them.
 * @param packages  of the lock file, by their places
 */
export function placesInConsole(root: string, packages: Readonly<Record<string, Needs>>): ReadonlySet<string> {
  const places = new Set<string>();
  const add = (from: string, name: string): void => {
    const place = findPlace(packages, from, name);
    if (place === undefined || places.has(place) || name === LEFT_OUT) return;
    places.add(place);
    const { dependencies, peerDependencies } = packages[place] ?? {};
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) add(place, needed);
  };
  for (const name of namesIn(root)) add('', name);
  return places;
}

function namesIn(root: string): Set<string> {
  const sources = SOURCES.map((folder) => path.join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
    )
    .filter((file) => IS_SOURCE.test(file));
  const files = [...sources, path.join(root, PROJECT)].filter((file) => existsSync(file));
  const names = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(USED)].map(([, name]) => name ?? ''));
  return new Set(names);
}

/** As Node looks for a package: beside whoever needs it, then further out. */
function findPlace(packages: Readonly<Record<string, Needs>>, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in packages) return place;
    if (at === '') return undefined;
  }
}
