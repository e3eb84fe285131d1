import { DOCUMENT } from '@angular/common';
import { inject, Injectable } from '@angular/core';

/** A picture of a diagram. */
export type Drawing = {
  /** An address that holds all of it. */
  readonly url: string;
  readonly width: number;
};

type Waiting = { readonly resolve: (drawing: Drawing) => void; readonly reject: (error: Error) => void };
type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'drawn'; readonly id: number; readonly svg: string; readonly width: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** A drawing that takes longer is given up, and what draws with it. */
const PATIENCE_MS = 10_000;
const KEPT = 50;

/**
 * Draws diagrams in a frame that has an origin of its own, no network and nothing of ours (public/diagrams). What comes
 * back is shown as an image, in which nothing runs and nothing is fetched.
 */
@Injectable({ providedIn: 'root' })
export class Diagrams {
  private readonly document = inject(DOCUMENT);
  private readonly drawings = new Map<string, Promise<Drawing>>();
  private readonly waiting = new Map<number, Waiting>();
  private frame: { readonly element: HTMLIFrameElement; readonly ready: Promise<void> } | undefined;
  private lastId = 0;

  constructor() {
    this.document.defaultView?.addEventListener('message', (event) => this.take(event));
  }

  /** @throws Error when it is no diagram, or could not be drawn in time */
  draw(source: string, isDark: boolean): Promise<Drawing> {
    const key = `${isDark} ${source}`;
    const known = this.drawings.get(key);
    if (known) return known;
    const drawing = this.ask(source, isDark);
    this.drawings.set(key, drawing);
    const [oldest = ''] = this.drawings.keys();
    if (this.drawings.size > KEPT) this.drawings.delete(oldest);
    return drawing;
  }

  private async ask(source: string, isDark: boolean): Promise<Drawing> {
    const id = ++this.lastId;
    const drawn = new Promise<Drawing>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    const timer = setTimeout(() => this.giveUp(), PATIENCE_MS);
    const { element, ready } = (this.frame ??= this.open());
    void ready.then(() => element.contentWindow?.postMessage({ id, source, isDark }, '*'));
    try {
      return await drawn;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  private open() {
    const element = this.document.createElement('iframe');
    element.setAttribute('sandbox', 'allow-scripts');
    element.setAttribute('aria-hidden', 'true');
    element.tabIndex = -1;
    // it measures texts, for which it must be laid out
    element.style.cssText = 'position:fixed;left:-2000px;top:0;width:1000px;height:800px;border:0;visibility:hidden';
    element.src = 'diagrams/frame.html';
    const ready = new Promise<void>((resolve) => (this.opened = resolve));
    this.document.body.append(element);
    return { element, ready };
  }
  private opened = (): void => undefined;

  private take({ source, data }: MessageEvent<Reply>): void {
    if (!this.frame || source !== this.frame.element.contentWindow) return;
    if (data.kind === 'ready') return this.opened();
    const waiting = this.waiting.get(data.id);
    if (data.kind === 'failed') waiting?.reject(new Error(data.message));
    else
      waiting?.resolve({ url: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(data.svg)}`, width: data.width });
  }

  /** Whatever holds the frame up, the next drawing begins with another. */
  private giveUp(): void {
    this.frame?.element.remove();
    this.frame = undefined;
    for (const { reject } of this.waiting.values()) reject(new Error('The diagram was not drawn in time.'));
  }
}
