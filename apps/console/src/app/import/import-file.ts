import { signal } from '@angular/core';
import { Act } from '../api/act.js';
import type { Problem } from '../api/problem.js';
import type { AppFileReportPartsFragment } from './import.generated.js';

/** A file that somebody gave, and how far it has come. */
export class ImportFile {
  readonly reading = new Act();
  readonly creating = new Act();
  /** What it holds, once that is known. */
  readonly report = signal<AppFileReportPartsFragment | undefined>(undefined);
  /** Name that its app shall have. */
  readonly appName = signal('');
  /** Models to use, by the model that it names; both as `provider/name`. */
  readonly choices = signal<ReadonlyMap<string, string>>(new Map());
  /** Id of the app that was made of it. */
  readonly app = signal<string | undefined>(undefined);

  /**
   * @param name     for people
   * @param refusal  why it has no text that can be read
   */
  constructor(
    readonly name: string,
    readonly content: string,
    readonly refusal?: Problem,
  ) {}

  /** How far it has come, in a word. */
  readonly standing = (): 'reading' | 'refused' | 'ready' | 'made' => {
    if (this.app() !== undefined) return 'made';
    if (this.refusal || this.reading.problem()) return 'refused';
    const report = this.report();
    if (!report) return 'reading';
    return report.content ? 'ready' : 'refused';
  };
}
