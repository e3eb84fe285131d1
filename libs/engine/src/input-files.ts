import type { Json } from '@tenon/base';
import { isFileValue, type FileValue } from './file.js';
import type { FileRules, InputField } from './plan.js';

/** Most files of a list whose field does not say. */
const MAX_FILES = 10;

/** Why what was given for a field is not taken: the reason of an issue's code, and what the value must be. */
export interface Refusal {
  readonly reason: string;
  readonly must: string;
}

/** Holds the file, or the list of files, that was given for a field against its rules; undefined when it fits. */
export function refuseFiles(field: InputField, value: Json): Refusal | undefined {
  if (field.type === 'file')
    return isFileValue(value) ? refuse(value, field.files) : { reason: 'wrongType', must: 'a file' };
  if (!Array.isArray(value) || !value.every(isFileValue)) return { reason: 'wrongType', must: 'a list of files' };
  const most = field.maxLength ?? MAX_FILES;
  if (value.length > most) return { reason: 'tooManyFiles', must: `at most ${most} files` };
  for (const file of value) {
    const refusal = refuse(file, field.files);
    if (refusal) return refusal;
  }
  return undefined;
}

function refuse(file: FileValue, rules: FileRules | undefined): Refusal | undefined {
  if (!rules) return undefined;
  const { types, extensions, methods } = rules;
  if (methods.length > 0 && !methods.includes(file.transfer_method))
    return { reason: 'fileMethodNotAllowed', must: `given by one of: ${methods.join(', ')}` };
  if (isTypeAllowed(file, rules)) return undefined;
  const kinds = types.filter((type) => type !== 'custom');
  const listed = types.length === 0 || kinds.length < types.length ? extensions : [];
  return { reason: 'fileTypeNotAllowed', must: `a file of these kinds: ${[...kinds, ...listed].join(', ')}` };
}

function isTypeAllowed({ type, extension }: FileValue, { types, extensions }: FileRules): boolean {
  const isListed = extensions.some((listed) => bare(listed) === bare(extension));
  if (types.length === 0) return extensions.length === 0 || isListed;
  return (type !== 'custom' && types.includes(type)) || (types.includes('custom') && isListed);
}

const bare = (extension: string): string => extension.replace(/^\./, '').toLowerCase();
