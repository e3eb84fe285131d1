import type { ScriptedReply, ScriptedRule } from '@tenon/ports/testing';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Expectation } from '../checker/recording.js';
import { importApp, publish, type Door } from '../watch/api.js';

/** The apps of the mixed load, by the names of their files. */
export const APPS = ['chat', 'branch', 'web', 'code'] as const;
/** Those of single cases. */
const OTHER_APPS = ['retry', 'endless', 'upload'] as const;
type MixedName = (typeof APPS)[number];
export type AppName = MixedName | (typeof OTHER_APPS)[number];

/** Runs of one load. */
export const LOAD_SIZE = 20;

/** One run to ask for, and what has to come of it. */
export interface Order {
  readonly name: string;
  readonly app: AppName;
  readonly input: { readonly query?: string; readonly inputs?: object };
  readonly expected: Expectation;
  /** It is stopped so long after a fault has begun, in milliseconds, while its call is open. */
  readonly stopAfterMs?: number;
}

const CHAT = ['one two three four ', 'five six seven eight ', 'nine ten eleven twelve '];
const SAID = { branch: 'the odd one', web: 'agreed', code: 'a b c d e f' };

/** Publishes the apps of the load. @returns their ids */
export async function publishApps(door: Door): Promise<Record<AppName, string>> {
  const ids = {} as Record<AppName, string>;
  for (const name of [...APPS, ...OTHER_APPS]) {
    ids[name] = await importApp(door, await readApp(name));
    await publish(door, ids[name]);
  }
  return ids;
}

/** The text of an app file of this folder. */
export function readApp(name: string): Promise<string> {
  return readFile(path.join(import.meta.dirname, `../../apps/${name}.yml`), 'utf8');
}

/** What the model says to each prompt of the load; `change` may slow a reply down or hold it. */
export function loadRules(change: (prompt: string) => Partial<ScriptedReply> = () => ({})): ScriptedRule[] {
  const rule = (user: string, text: string): ScriptedRule => ({
    when: { user },
    reply: { text: text.split(/(?<= )/), firstTokenMs: 30, betweenMs: 15, ...change(user) },
  });
  return [
    ...CHAT.map((text, index) => rule(`chat call${index + 1}`, text)),
    rule('branch ask', SAID.branch),
    rule('web confirm', SAID.web),
    rule('code ask', SAID.code),
    { when: { user: 'endless call' }, fault: { kind: 'neverAnswers' } },
  ];
}

/** A run that only a stop can end. */
export const ENDLESS: Order = {
  ...{ name: 'endless', app: 'endless', input: {}, expected: { states: ['stopped'] } },
  stopAfterMs: 0,
};

/** `count` runs of all apps in turn, and one that is stopped. @param effectsUrl  of the web server that they call */
export function mixedLoad(effectsUrl: string, count = LOAD_SIZE): Order[] {
  const orders = Array.from({ length: count }, (_, index) =>
    orderOf(APPS[index % APPS.length] as MixedName, index, effectsUrl),
  );
  return [ENDLESS, ...orders];
}

/** A run of one app; `n` makes its result its own. */
export function orderOf(app: MixedName, n: number, effectsUrl: string): Order {
  const order = (input: Order['input'], result: string): Order => ({
    ...{ name: `${app} ${n}`, app, input },
    expected: { states: ['succeeded'], result },
  });
  // the turn of the apps would make all of one kind even
  const k = Math.floor(n / APPS.length);
  switch (app) {
    case 'chat':
      return order({ query: `go ${n}` }, CHAT.join(''));
    case 'branch': {
      const told = k % 2 === 1 ? `odd: ${SAID.branch}` : `even: book${k}`;
      return order({ inputs: { n: k, effects: effectsUrl } }, JSON.stringify({ told }));
    }
    case 'web': {
      const sum = `reserve${n}+${SAID.web}+pay${n}`;
      return order({ inputs: { n, effects: effectsUrl } }, JSON.stringify({ sum }));
    }
    case 'code':
      return order({ inputs: { n } }, JSON.stringify({ count: `${n * n}: ${SAID.code.split(' ').length}` }));
  }
}
