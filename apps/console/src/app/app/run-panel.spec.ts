import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import type { CompileResult } from '@tenon/compiler';
import type { RunView } from '@tenon/engine';
import { Reach } from '../api/reach.js';
import { Texts } from '../language/texts.js';
import { RunAnnouncer } from '../runs/run-announcer.js';
import { RunStory } from '../runs/run-story.js';
import { RunPanel } from './run-panel.js';

const APP = {
  ...{ id: 'a', name: 'A', description: '', icon: '', iconBackground: '', mode: 'advanced-chat' },
  ...{ updatedAt: '2024-01-01T00:00:00Z', liveVersion: null, recentUsage: { days: 30, calls: 0, usage: null } },
};
const RUN = {
  ...{ __typename: 'Run', id: 'r', appId: 'a', status: 'SUCCEEDED', isRecovering: false, needsAttention: null },
  ...{
    app: { __typename: 'App', id: 'a', name: 'A', recentUsage: { __typename: 'U', days: 30, calls: 1, usage: null } },
  },
  ...{ waitingFor: null, reason: null, failure: null, channel: 'console', query: 'Well?', inputs: {}, stepCount: 3 },
  ...{ createdAt: '2024-01-01T00:00:00Z', startedAt: '2024-01-01T00:00:01Z', finishedAt: '2024-01-01T00:00:03.5Z' },
  ...{ version: null, conversationId: null, isSettled: true, answer: 'Well.', outputs: {} },
  usage: {
    ...{ __typename: 'Usage', totalTokens: 245, isEstimated: false, totalPrice: null, currency: 'USD' },
    isPricePartial: false,
  },
};

/** What the API answers by the name of the operation; whatever has none is never answered. */
let answers: Record<string, object>;
/** Inputs of runs that were asked for. */
let asked: { readonly query: string; readonly inputs: object }[];

beforeEach(() => {
  sessionStorage.clear();
  [answers, asked] = [{}, []];
  globalThis.ResizeObserver = class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  };
});

async function open(run?: string, fields: readonly object[] = []) {
  const link = new ApolloLink(
    ({ operationName = '', variables }) =>
      new Observable((observer) => {
        if (operationName === 'StartRun') asked.push(variables['input'] as (typeof asked)[number]);
        const data = answers[operationName] as Record<string, unknown> | undefined;
        if (!data) return;
        observer.next({ data });
        observer.complete();
      }),
  );
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      RunStory,
      RunAnnouncer,
      { provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) },
    ],
  });
  await TestBed.inject(Texts).use('en');
  const panel = TestBed.createComponent(RunPanel);
  panel.componentRef.setInput('app', APP);
  panel.componentRef.setInput('compiled', { ok: true, plan: { inputs: fields } } as unknown as CompileResult);
  panel.componentRef.setInput('run', run);
  await settle(panel);
  const page = panel.nativeElement as HTMLElement;
  const at = <Part extends HTMLElement>(testId: string) => page.querySelector<Part>(`[data-testid="panel.${testId}"]`);
  const message = at<HTMLTextAreaElement>('message') as HTMLTextAreaElement;
  const write = (text: string) => {
    message.value = text;
    message.dispatchEvent(new Event('input'));
    return settle(panel);
  };
  const send = () => {
    message.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    return settle(panel);
  };
  return { panel, at, message, write, send };
}

async function settle(panel: ComponentFixture<RunPanel>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  panel.detectChanges();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

it('says what a run has taken, used and cost, and leads to its page', async () => {
  answers = { PanelRun: { run: RUN } };
  const { at } = await open('r');
  expect(at('duration')?.textContent).toBe('2.5s');
  expect(at('tokens')?.textContent.trim()).toBe('245 tokens');
  expect(at('cost')?.textContent).toContain('cost unknown');
  expect(at('open')?.getAttribute('href')).toBe('/apps/a/runs/r');
});

it('keeps what is written until it is sent, and says that it waits while the API is away', async () => {
  const first = await open();
  await first.write('Well?');
  const { at, message, send, panel } = await open();
  expect(message.value).toBe('Well?');
  await send();
  TestBed.inject(Reach).standing.set('away');
  await settle(panel);
  expect(at('sending')?.textContent).toContain('sent as soon as');
  at('leave')?.click();
  await settle(panel);
  expect([at('sending'), message.value]).toEqual([null, 'Well?']);
  expect(asked).toHaveLength(1);
});

it.each<[string, KeyboardEventInit, boolean]>([
  ['a browser that is composing', { isComposing: true }, false],
  ['an input method that has taken the key', { keyCode: 229 }, false],
  ['Safari, which ends the word before it tells the key', { keyCode: 229 }, true],
])('sends nothing with the Enter that ends a word of %s', async (_who, key, isEnded) => {
  const { panel, message, write, send } = await open();
  const tell = (name: string) => message.dispatchEvent(new CompositionEvent(name));
  await write('ni hao');
  tell('compositionstart');
  if (isEnded) tell('compositionend');
  message.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ...key }));
  if (!isEnded) tell('compositionend');
  await settle(panel);
  expect(asked).toEqual([]);
  await send();
  expect(asked).toMatchObject([{ query: 'ni hao' }]);
});

it('asks for the record again after the end, which says what was used', async () => {
  answers = { PanelRun: { run: RUN } };
  const { panel, at } = await open('r');
  answers = { PanelRun: { run: { ...RUN, usage: { ...RUN.usage, totalTokens: 990 } } } };
  const view = { outcome: { status: 'succeeded', outputs: {} }, steps: {} } as unknown as RunView;
  TestBed.inject(RunStory)['run'].set(view);
  while (at('tokens')?.textContent.trim() !== '990 tokens') await settle(panel);
});

it('shows the run that came of what was sent, and has room for the next message', async () => {
  answers = { StartRun: { startRun: { __typename: 'P', run: { ...RUN, id: 'new' }, errors: [] } } };
  const { message, write, send, panel } = await open();
  const shown: (string | undefined)[] = [];
  panel.componentInstance.shown.subscribe((run) => shown.push(run));
  await write('Well?');
  await send();
  await settle(panel);
  expect([shown, message.value, asked.map(({ query }) => query)]).toEqual([['new'], '', ['Well?']]);
});

it('goes on with a conversation only when it is known, and begins another where there is no such run', async () => {
  const unknown = await open('r');
  await unknown.write('Well?');
  await unknown.send();
  expect(asked).toEqual([]);
  answers = { PanelRun: { run: null } };
  const missing = await open('r');
  expect(missing.at('missing')?.textContent).toContain('no such run');
  await missing.send();
  expect(asked).toMatchObject([{ query: 'Well?' }]);
});

it('counts a run of another app as one that is not there', async () => {
  answers = { PanelRun: { run: { ...RUN, appId: 'b', app: { ...RUN.app, id: 'b', name: 'B' } } } };
  const { at, panel } = await open('r');
  expect(at('missing')?.textContent).toContain('no such run');
  expect([at('retry'), at('answer')]).toEqual([null, null]);
  expect((panel.nativeElement as HTMLElement).textContent).not.toContain('Well.');
});

it('goes on with what was filled in at the beginning of a conversation, until that is changed', async () => {
  const field = {
    ...{ name: 'tone', label: 'Tone', type: 'text-input', required: true, default: null, maxLength: null },
    ...{ options: [], jsonSchema: null },
  };
  answers = {
    PanelRun: { run: { ...RUN, inputs: { tone: 'dry' } } },
    StartRun: { startRun: { __typename: 'P', run: { ...RUN, id: 'next' }, errors: [] } },
  };
  const { panel, at, write, send } = await open('r', [field]);
  await write('And then?');
  await send();
  const filled = at<HTMLDetailsElement>('filled') as HTMLDetailsElement;
  filled.open = true;
  filled.dispatchEvent(new Event('toggle'));
  await settle(panel);
  const tone = filled.querySelector('input') as HTMLInputElement;
  expect(tone.value).toBe('dry');
  tone.value = 'warm';
  tone.dispatchEvent(new Event('input'));
  filled.open = false;
  filled.dispatchEvent(new Event('toggle'));
  await write('And now?');
  await send();
  expect(asked.map(({ inputs }) => inputs)).toEqual([{ tone: 'dry' }, { tone: 'warm' }]);
});
