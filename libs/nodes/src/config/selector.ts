import type { DataPath, Reference } from '@tenon/compiler';
import { selectorsIn, type Selector } from '@tenon/engine';
import { z } from 'zod';

const part = z.union([z.string(), z.number()]).transform(String);

/** A selector as files write it: a list of parts, numbers among them read as text. */
export const selector = z.array(part).transform((parts): Selector => parts);

/** A selector that may be missing, null or empty, which is null. */
export const optionalSelector = z
  .array(part)
  .nullish()
  .transform((parts): Selector | null => (parts?.length ? parts : null));

/** `{ variable, value_selector }` as code, template and prompt settings list them; without a selector it is null. */
export const namedSelector = z
  .object({ variable: z.string(), value_selector: optionalSelector, value_type: z.string().nullish() })
  .transform(({ variable, value_selector, value_type }): NamedSelector => ({
    name: variable,
    selector: value_selector,
    ...(value_type ? { type: value_type } : {}),
  }));

/** A value that a function sees under a name of its own. */
export type NamedSelector = {
  readonly name: string;
  readonly selector: Selector | null;
  /** Type the author declared for it, where the file says so. */
  readonly type?: string;
};

/** What a single selector refers to; nothing when there is none. */
export function refersTo(selector: Selector | null, ...path: DataPath): Reference[] {
  return selector ? [{ selector, path }] : [];
}

/** What a template's placeholders refer to. */
export function templateRefersTo(template: string, ...path: DataPath): Reference[] {
  return selectorsIn(template).map((selector) => ({ selector, path }));
}

/** What a list of named selectors at `path` refers to. */
export function namedRefersTo(variables: readonly NamedSelector[], ...path: DataPath): Reference[] {
  return variables.flatMap(({ selector }, index) => refersTo(selector, ...path, index, 'value_selector'));
}
