import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Component, inject, input, model, viewChild } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatTooltipModule } from '@angular/material/tooltip';
import { LucideDynamicIcon, LucideFocus, LucideZoomIn, LucideZoomOut } from '@lucide/angular';
import { GraphCanvas, type CanvasGraph, type WalkedEdge } from '@tenon/graph-canvas';
import { Texts } from '../language/texts.js';
import { Aids } from '../shell/aids.js';
import { NodeBox } from './node-box.js';

const NEARER = 1.2;

/** The graph of an app with what it takes to look around in it; the content adds buttons to these. */
@Component({
  selector: 'tn-graph-view',
  imports: [GraphCanvas, LucideDynamicIcon, MatButtonModule, MatTooltipModule, NodeBox],
  template: `
    <tn-graph-canvas
      [graph]="graph()"
      [label]="t('graph.label', { name: name(), count: graph().nodes.length })"
      [help]="t('graph.help')"
      [hasLetterKeys]="aids.hasLetterKeys()"
      (walked)="tell($event)"
      [(selected)]="selected"
    >
      <ng-template let-node let-detail="detail"><tn-node-box [node]="node" [detail]="detail" /></ng-template>
    </tn-graph-canvas>
    <div class="tools" role="toolbar" [attr.aria-label]="t('graph.view')">
      <ng-content />
      <button mat-icon-button (click)="zoom(-1)" [attr.aria-label]="t('graph.out')" [matTooltip]="t('graph.out')">
        <svg [lucideIcon]="icons.out" size="18" />
      </button>
      <button mat-icon-button (click)="zoom(1)" [attr.aria-label]="t('graph.in')" [matTooltip]="t('graph.in')">
        <svg [lucideIcon]="icons.in" size="18" />
      </button>
      <button mat-icon-button (click)="fit()" [attr.aria-label]="t('graph.fit')" [matTooltip]="t('graph.fit')">
        <svg [lucideIcon]="icons.fit" size="18" />
      </button>
    </div>
  `,
  styles: `
    :host {
      position: relative;
      display: block;
      min-width: 0;
    }
    tn-graph-canvas {
      position: absolute;
      inset: 0;
    }
    .tools {
      position: absolute;
      bottom: var(--space-3);
      left: var(--space-3);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
      background: var(--surface-0);
    }
  `,
})
export class GraphView {
  private readonly canvas = viewChild.required(GraphCanvas);
  private readonly announcer = inject(LiveAnnouncer);
  protected readonly aids = inject(Aids);
  protected readonly t = inject(Texts).t;
  protected readonly icons = { fit: LucideFocus.icon, in: LucideZoomIn.icon, out: LucideZoomOut.icon };

  readonly graph = input.required<CanvasGraph>();
  /** What it is the graph of. */
  readonly name = input.required<string>();
  /** Id of the chosen node. */
  readonly selected = model<string | undefined>(undefined);

  /** Brings a node to the middle. */
  show(id: string): void {
    this.canvas().show(id);
  }

  /** A line has no focus of its own, so it is said. */
  protected tell({ edge, index, count }: WalkedEdge): void {
    const told = edge ? this.t('graph.edgeTold', { index, count, edge: edge.label }) : this.t('graph.noEdge');
    void this.announcer.announce(told, 'assertive');
  }

  protected fit(): void {
    this.canvas().fit();
  }

  protected zoom(direction: 1 | -1): void {
    this.canvas().zoomBy(NEARER ** direction);
  }
}
