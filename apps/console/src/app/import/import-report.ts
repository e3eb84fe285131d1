import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideBan, LucideCircleAlert, LucideCircleCheck, LucideDynamicIcon, LucideWrench } from '@lucide/angular';
import { Skeleton } from '@tenon/ui';
import { modeName } from '../apps/mode-name.js';
import { typeName } from '../graph/type-name.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { ImportDesk } from './import-desk.js';
import type { ImportFile } from './import-file.js';
import { FINDING_KINDS, findingsOf, type Finding } from './import-findings.js';
import type { ModelGap } from './model-gaps.js';

const ICONS = {
  needsInput: LucideCircleAlert.icon,
  notSupported: LucideBan.icon,
  adapted: LucideWrench.icon,
  imported: LucideCircleCheck.icon,
} as const;

/** What was found in a file, and what is done about it. */
@Component({
  selector: 'tn-import-report',
  imports: [LucideDynamicIcon, MatButtonModule, ProblemLine, Skeleton],
  templateUrl: './import-report.html',
  styleUrl: './import-report.scss',
})
export class ImportReport {
  private readonly texts = inject(Texts);
  protected readonly desk = inject(ImportDesk);
  protected readonly t = this.texts.t;
  protected readonly why = this.texts.why;
  protected readonly kinds = FINDING_KINDS;
  protected readonly icons = ICONS;

  readonly file = input.required<ImportFile>();
  readonly gaps = input.required<readonly ModelGap[]>();

  protected readonly report = computed(() => this.file().report());
  protected readonly mode = computed(() => modeName(this.report()?.content?.mode ?? '', this.t));
  protected readonly findings = computed(() => {
    const report = this.report();
    return report ? findingsOf(report, this.gaps()) : [];
  });
  protected readonly counts = computed(() =>
    FINDING_KINDS.map((kind) => {
      const ofKind = this.findings().filter((one) => one.kind === kind);
      return { kind, count: ofKind.reduce((sum, { count = 1 }) => sum + count, 0) };
    }).filter(({ count }) => count > 0),
  );

  protected found({ found }: Finding): string {
    return 'code' in found ? this.why(found) : this.t(...found);
  }

  protected place({ node, line, path }: Finding): string {
    if (node) {
      const type = typeName(this.t, node.data.type);
      return node.data.title && node.data.title !== type ? `${node.data.title} (${type})` : type;
    }
    return line === undefined ? (path ?? '') : this.t('import.line', { line });
  }
}
