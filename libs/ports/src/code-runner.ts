import type { JsonObject } from '@tenon/base';

export interface CodeRequest {
  readonly language: 'python3' | 'javascript';
  /** Source that defines `main`. */
  readonly code: string;
  /** JSON text of the object of arguments; text, so that integers and floats stay apart. */
  readonly inputs: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface CodeReply {
  /** JSON text of what `main` returned. */
  readonly result: string;
  /** What the code printed, cut to 64 KiB; for people, never for the flow. */
  readonly printed: string;
  readonly durationMs: number;
}

/** Runs an author's code in a sandbox without network and files. Throws `code.*` (see `codeErrors`). */
export interface CodeRunner {
  run(request: CodeRequest): Promise<CodeReply>;
  /** What is up, for the health page: languages that answer and their versions. */
  describe(): Promise<JsonObject>;
}
