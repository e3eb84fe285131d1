import { TestBed } from '@angular/core/testing';
import { Texts } from '../language/texts.js';
import { reasonOfRun } from './run-reason.js';

const FAILURE = { code: 'step.keptDying', message: 'The step was lost with its worker again and again.' };

it('says first what keeps a run from going on, in the language of the reader', async () => {
  const texts = TestBed.inject(Texts);
  await texts.use('zh-Hans');
  const needsAttention = { reason: 'No worker can carry the run on.' };
  expect(reasonOfRun({ needsAttention, failure: FAILURE }, texts)).toBe('无法继续：No worker can carry the run on.');
  expect(reasonOfRun({ failure: FAILURE }, texts)).toMatch(/^此步骤多次/);
  expect(reasonOfRun({ reason: 'stopped by a member' }, texts)).toBe('由成员停止');
  expect(reasonOfRun({ reason: 'Too expensive.' }, texts)).toBe('Too expensive.');
  expect(reasonOfRun({ needsAttention: null, waitingFor: null, failure: null, reason: null }, texts)).toBe('');
  await texts.use('en');
  expect(reasonOfRun({ waitingFor: 'No worker has taken the run yet.' }, texts)).toBe(
    'No worker has taken the run yet.',
  );
});
