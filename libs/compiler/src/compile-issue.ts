import type { DocumentPath, Issue, Severity } from '@tenon/dsl';

/** An issue of a definition; `nodeId` names the node it is about. Paths lead into the definition. */
export interface CompileIssue extends Issue {
  readonly nodeId?: string;
}

/** Collects what is wrong with a definition. */
export class IssueList {
  readonly all: CompileIssue[] = [];

  /** Stops the definition from being published or run. */
  error(code: string, path: DocumentPath, message: string, nodeId?: string): void {
    this.add('error', code, path, message, nodeId);
  }

  /** Worth knowing; the definition runs all the same. */
  warn(code: string, path: DocumentPath, message: string, nodeId?: string): void {
    this.add('warning', code, path, message, nodeId);
  }

  add(severity: Severity, code: string, path: DocumentPath, message: string, nodeId?: string): void {
    this.all.push({ severity, code, path, message, ...(nodeId === undefined ? {} : { nodeId }) });
  }
}
