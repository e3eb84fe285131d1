import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TestBed } from '@angular/core/testing';
import { Texts } from '../language/texts.js';
import { readReason } from './known-reasons.js';
import { reasonOfRun } from './run-reason.js';

const FAILURE = { code: 'step.keptDying', message: 'The step was lost with its worker again and again.' };

it('says first what keeps a run from going on, in the language of the reader', async () => {
  const texts = TestBed.inject(Texts);
  await texts.use('zh-Hans');
  const needsAttention = { reason: 'Nobody knows.' };
  expect(reasonOfRun({ needsAttention, failure: FAILURE }, texts)).toBe('无法继续。原文：“Nobody knows.”');
  expect(reasonOfRun({ failure: FAILURE }, texts)).toMatch(/^此步骤多次/);
  expect(reasonOfRun({ reason: 'stopped by a member' }, texts)).toBe('由成员停止');
  expect(reasonOfRun({ reason: 'Too expensive.' }, texts)).toBe('Too expensive.');
  expect(reasonOfRun({ needsAttention: null, waitingFor: null, failure: null, reason: null }, texts)).toBe('');
  await texts.use('en');
  expect(reasonOfRun({ waitingFor: 'No worker has taken the run yet.' }, texts)).toBe(
    'No worker has taken the run yet.',
  );
});

/** Where Tenon says why a run waits, cannot go on, or was closed. */
const SOURCES = [
  ...['libs/database/src/attention.ts', 'apps/api/src/run/queue-watch.ts', 'apps/api/src/run/run.types.ts'],
  ...['temporal/worker/src/run-trouble.ts', 'temporal/worker/src/reconciler.ts', 'temporal/worker/src/relay.ts'],
];
const SENTENCE = /'((?:The|No) [^'\n]+\.)'|`((?:The step|No worker|\$\{underWay\}) [^`\n]+)`|'(stopped by [^']+)'/g;

it('has words in both languages for every reason that there is in the sources', async () => {
  const texts = TestBed.inject(Texts);
  const root = path.resolve(__dirname, '../../../../..');
  const files = await Promise.all(SOURCES.map((file) => readFile(path.join(root, file), 'utf8')));
  const reasons = files.flatMap((text) =>
    [...text.matchAll(SENTENCE)].map(([, plain, filled, other]) =>
      (plain ?? filled ?? other ?? '')
        .replace('${since}', 'Waiting since 2024-01-01T00:00:00.000Z.')
        .replace(/\$\{underWay\}/, '20')
        .replace(/\$\{[^}]+\}/g, 'x'),
    ),
  );
  expect(reasons.length).toBeGreaterThan(12);
  expect(reasons.filter((reason) => readReason(reason).key === undefined)).toEqual([]);
  await texts.use('zh-Hans');
  const halves = reasons.map((reason) => reasonOfRun({ waitingFor: reason }, texts).replace(/“.*”/, ''));
  expect(halves.filter((said) => /[a-z]{2,}/i.test(said))).toEqual([]);
  expect(
    reasonOfRun({ waitingFor: 'No worker has taken the run yet. Waiting since 2024-01-01T12:00:00.000Z.' }, texts),
  ).toMatch(/^还没有执行进程接手此运行。自 2024年1月/);
});
