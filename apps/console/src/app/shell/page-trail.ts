import type { TextKey } from '../language/dictionary.js';

/** A part of the way to a page. The last one is the page itself and leads nowhere. */
export interface Crumb {
  readonly text: string;
  readonly path?: string;
}

/** What a page is: its address, and as `PageTitles` has it. */
export interface PagePlace {
  readonly path: string;
  readonly section: TextKey | undefined;
  readonly subject: string;
}

/** Pages that lead to objects of a kind. */
const LISTS: Readonly<Record<string, TextKey>> = { apps: 'apps.title', templates: 'templates.title' };
/** Addresses below a list that are no object of it. */
const DOINGS = ['import'];
const UNNAMED = '…';

/** The way to a page after the team, from the outside in. */
export function trailOf({ path, section, subject }: PagePlace, t: (key: TextKey) => string): readonly Crumb[] {
  const [area = '', object, part, item] = path.split('/').filter(Boolean);
  const list = LISTS[area];
  const crumbs: Crumb[] = [];
  if (list && object) {
    crumbs.push({ text: t(list), path: `/${area}` });
    if (!DOINGS.includes(object)) crumbs.push({ text: subject || UNNAMED, path: `/${area}/${object}` });
    if (part === 'runs') crumbs.push({ text: t('runs.title'), path: `/${area}/${object}/${part}` });
  }
  const isNamed = list !== undefined && object !== undefined && !DOINGS.includes(object);
  if (section && (!isNamed || item)) crumbs.push({ text: t(section), path });
  return crumbs.map((crumb, index) => (index === crumbs.length - 1 ? { text: crumb.text } : crumb));
}
