import type { SandboxPool } from './sandbox-pool.js';
import type { Job, Outcome } from './sandbox.js';

/** A language that authors may write in. */
export interface Language {
  readonly pool: SandboxPool;
  /** For people: the version of the language, of its runtime, and which fences stand. Grows once a sandbox has run. */
  describe(): Readonly<Record<string, string>>;
  /** Code that works and tries what must fail; returns `{ "reached": [] }` when every fence stands. */
  readonly selfTestCode: string;
}

/** What a language answered when it was last tried. */
export interface SelfTest {
  readonly selfTest: 'passed' | 'failed';
  /** What is wrong, in one sentence; absent when it passed. */
  readonly problem?: string;
}

const SELF_TEST_MS = 5000;

/** Runs a language's own check through the same path as everybody's code. */
export async function testLanguage({ pool, selfTestCode }: Language): Promise<SelfTest> {
  const job: Job = { code: selfTestCode, inputs: '{"one":1}', timeoutMs: SELF_TEST_MS };
  try {
    const problem = findProblem(await pool.run(job, new AbortController().signal));
    return problem ? { selfTest: 'failed', problem } : { selfTest: 'passed' };
  } catch (error) {
    return { selfTest: 'failed', problem: error instanceof Error ? error.message : String(error) };
  }
}

function findProblem(outcome: Outcome): string | undefined {
  if (!outcome.ok) return outcome.message;
  const { reached, one } = JSON.parse(outcome.result) as { reached?: unknown; one?: unknown };
  if (one !== 1 || !Array.isArray(reached)) return 'The check returned something else than it should.';
  return reached.length > 0 ? `Code can reach what it must not: ${reached.join(', ')}.` : undefined;
}
