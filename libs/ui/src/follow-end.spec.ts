import { Component, signal, viewChild } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { FollowEnd } from './follow-end.js';

@Component({
  selector: 'tn-follow-end-host',
  imports: [FollowEnd],
  template: `<div [tnFollowEnd]="shown()"><p></p></div>`,
})
class Host {
  readonly shown = signal<string | undefined>('one');
  readonly end = viewChild.required(FollowEnd);
}

/** What a document without a layout lacks: a box of 100 pixels, and word of its growth. */
class Box {
  height = 100;
  private top = 0;
  private changed: () => void = () => undefined;
  readonly element: HTMLElement;

  constructor(private readonly make: () => HTMLElement) {
    const told = (changed: () => void) => (this.changed = changed);
    globalThis.ResizeObserver = class {
      constructor(changed: () => void) {
        told(changed);
      }
      observe = () => undefined;
      unobserve = () => undefined;
      disconnect = () => undefined;
    } as unknown as typeof ResizeObserver;
    this.element = this.make();
    Object.defineProperties(this.element, {
      clientHeight: { get: () => 100 },
      scrollHeight: { get: () => this.height },
      scrollTop: { get: () => this.top, set: (top: number) => this.scroll(top) },
    });
  }

  growTo(height: number): void {
    this.height = height;
    this.changed();
  }

  scroll(top: number): void {
    this.top = Math.max(0, Math.min(top, this.height - 100));
    this.element.dispatchEvent(new Event('scroll'));
  }
}

async function open() {
  let host!: ReturnType<typeof TestBed.createComponent<Host>>;
  const box = new Box(() => {
    host = TestBed.createComponent(Host);
    return (host.nativeElement as HTMLElement).firstElementChild as HTMLElement;
  });
  await host.whenStable();
  return { box, host, end: host.componentInstance.end() };
}

it('stays at the end while the text grows, and where the reader has moved back to', async () => {
  const { box, end } = await open();
  box.growTo(300);
  expect(box.element.scrollTop).toBe(200);
  box.scroll(190);
  box.growTo(400);
  expect([box.element.scrollTop, end.isBehind()]).toEqual([190, true]);
  box.scroll(290);
  box.growTo(500);
  expect([box.element.scrollTop, end.isBehind()]).toEqual([400, false]);
});

it('goes to the end when it is told to, and stays there', async () => {
  const { box, end } = await open();
  box.growTo(300);
  box.scroll(0);
  end.toEnd();
  box.growTo(400);
  expect([box.element.scrollTop, end.isBehind()]).toEqual([300, false]);
});

it('follows the end of something else anew, and of nothing not at all', async () => {
  const { box, end, host } = await open();
  box.growTo(300);
  box.scroll(0);
  host.componentInstance.shown.set('two');
  await host.whenStable();
  expect(end.isBehind()).toBe(false);
  box.growTo(400);
  expect(box.element.scrollTop).toBe(300);
  host.componentInstance.shown.set(undefined);
  await host.whenStable();
  box.scroll(0);
  box.growTo(500);
  expect(box.element.scrollTop).toBe(0);
});
