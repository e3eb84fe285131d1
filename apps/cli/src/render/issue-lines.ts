import type { Issue } from '../api/apps.js';
import { count } from './quantity.js';

/** The issues of a definition, errors first, each with its place; the last line counts them. Empty without issues. */
export function issueLines(issues: readonly Issue[], paint: (issue: Issue, text: string) => string): string[] {
  if (issues.length === 0) return [];
  const errors = issues.filter(({ severity }) => severity === 'ERROR');
  const warnings = issues.filter(({ severity }) => severity !== 'ERROR');
  const lines = [...errors, ...warnings].map((issue) => {
    const { severity, code, path, message, line } = issue;
    const place = [path.length > 0 && pathText(path), line !== null && `line ${line}`].filter(Boolean).join(', ');
    const kind = paint(issue, severity.toLowerCase().padEnd(7));
    return `${kind}  ${place && `${place}: `}${message}  [${code}]`;
  });
  const counted = [
    errors.length > 0 && count(errors.length, 'error'),
    warnings.length > 0 && count(warnings.length, 'warning'),
  ];
  return [...lines, counted.filter(Boolean).join(', ')];
}

/** A place as people write it: `workflow.graph.nodes[2].data.title`. */
export function pathText(path: readonly string[]): string {
  return path.reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text ? `${text}.${part}` : part), '');
}
