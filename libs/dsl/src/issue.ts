/** Where in a document something stands: keys and indexes from the root down. */
export type DocumentPath = readonly (string | number)[];

export type Severity = 'error' | 'warning';

/** Something to tell the author of a document. Errors stop what was asked for, warnings do not. */
export interface Issue {
  readonly severity: Severity;
  /** `area.reason` */
  readonly code: string;
  readonly path: DocumentPath;
  /** One sentence that says what is wrong and, where it is not obvious, what to do. */
  readonly message: string;
  /** Line of the text, counted from 1; only where the document was read from text. */
  readonly line?: number;
}

/** Issues one report may list; what is beyond is counted in one last issue, so that a hostile file stays small. */
export const ISSUE_LIMIT = 1000;

/** Cuts a list of issues to `ISSUE_LIMIT`; when some are left out, a last one says how many. Errors stay first. */
export function limitIssues<T extends Issue>(issues: readonly T[]): readonly (T | Issue)[] {
  if (issues.length <= ISSUE_LIMIT) return issues;
  const errors = issues.filter(({ severity }) => severity === 'error');
  const ordered = [...errors, ...issues.filter(({ severity }) => severity !== 'error')];
  const more: Issue = {
    severity: errors.length > ISSUE_LIMIT ? 'error' : 'warning',
    code: 'definition.moreIssues',
    path: [],
    message: `${ordered.length - ISSUE_LIMIT} more issues are left out here.`,
  };
  return [...ordered.slice(0, ISSUE_LIMIT), more];
}

/** True if one of the issues is an error. */
export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some(({ severity }) => severity === 'error');
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** A path as people read it: `workflow.graph.nodes[3].data["my key"]`; empty for the root. */
export function pathText(path: DocumentPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (PLAIN_KEY.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}
