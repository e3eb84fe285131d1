import { isTenonError } from '@tenon/base';
import type { ConfigIssue, DataPath } from '@tenon/compiler';
import { parseTemplate } from '@tenon/jinja';

/** What keeps a Jinja text from being a template. */
export function jinjaIssues(template: string, ...path: DataPath): ConfigIssue[] {
  try {
    parseTemplate(template);
    return [];
  } catch (error) {
    if (!isTenonError(error)) throw error;
    return [{ severity: 'error', code: error.code, path, message: error.message }];
  }
}
