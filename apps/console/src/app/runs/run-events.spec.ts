import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { RunEvent } from '@tenon/engine';
import { Subject } from 'rxjs';
import { RunFeed, type FeedUpdate } from '../api/run-feed.js';
import { Texts } from '../language/texts.js';
import { ThemeChoice } from '../shell/theme.js';
import { RunEvents } from './run-events.js';
import type { StepRow } from './run-steps.js';

@Component({
  selector: 'tn-events-host',
  imports: [RunEvents],
  template: `<tn-run-events run="r" [last]="3" [steps]="steps" [shown]="shown()" (shownChange)="shown.set($event)" />`,
})
class Host {
  readonly shown = signal<string | undefined>(undefined);
  readonly steps = [{ key: 'a', title: 'Ask' } as StepRow];
}

const failure = { code: 'x.y', type: 'X', message: 'No.' };
const EVENTS = [
  { seq: 1, at: 1, type: 'run.started', inputs: { question: 'why' } },
  { seq: 2, at: 2, type: 'step.started', stepKey: 'a' },
  { seq: 3, at: 3, type: 'step.failed', stepKey: 'a', failure },
] as never as RunEvent[];

it('shows events as they come, those of a kind, and as they are recorded', async () => {
  const feed = new Subject<FeedUpdate>();
  TestBed.configureTestingModule({
    providers: [
      { provide: RunFeed, useValue: { follow: () => feed } },
      { provide: ThemeChoice, useValue: { isDark: () => false } },
    ],
  });
  await TestBed.inject(Texts).use('en');
  const host = TestBed.createComponent(Host);
  await host.whenStable();
  const page = host.nativeElement as HTMLElement;
  const count = () => page.querySelector('[data-testid="events.count"]')?.textContent;
  const rows = () => [...page.querySelectorAll('.text')].map(({ textContent }) => textContent);
  const tell = async (...events: RunEvent[]) => {
    feed.next({ kind: 'events', events });
    await new Promise(requestAnimationFrame);
    await host.whenStable();
  };
  const press = async (testId: string) => {
    page.querySelector<HTMLElement>(`[data-testid="${testId}"] button`)?.click();
    await host.whenStable();
  };

  await tell(...EVENTS.slice(0, 2));
  expect(count()).toBe('2 of 3 events so far');
  await tell(...EVENTS.slice(2));
  expect(count()).toBe('3 events');
  expect(rows()).toEqual(['The run began', 'Ask began', 'Ask failed: No.']);
  await press('events.kind.trouble');
  expect([count(), ...rows()]).toEqual(['1 event', 'Ask failed: No.']);
  await press('events.kind.run');
  await press('events.technical');
  expect(rows()).toEqual(['run.started {"inputs":{"question":"why"}}']);
});
