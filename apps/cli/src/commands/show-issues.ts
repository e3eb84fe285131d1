import type { Issue } from '../api/apps.js';
import { issueLines } from '../render/issue-lines.js';
import type { Terminal } from '../terminal.js';

/** Notes what is wrong in a definition. */
export function showIssues(terminal: Terminal, issues: readonly Issue[]): void {
  const paint = ({ severity }: Issue, text: string) => terminal.paint(severity === 'ERROR' ? 'red' : 'yellow', text);
  for (const line of issueLines(issues, paint)) terminal.note(line);
}

/** Whether issues stand in the way of publishing and running. */
export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some(({ severity }) => severity === 'ERROR');
}
