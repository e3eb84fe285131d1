import { TestBed } from '@angular/core/testing';
import { Texts } from './texts.js';

const REFUSED = { code: 'model.unreachable', message: 'There is no host {x}.' };

it('says why in the language of the reader, with what the API says where that tells more', async () => {
  const texts = TestBed.inject(Texts);
  await texts.use('zh-Hans');
  expect(texts.why({ code: 'auth.required', message: 'Sign in first.' })).toBe('请先登录。');
  expect(texts.why(REFUSED)).toBe('无法连接到模型供应商。原文：“There is no host {x}.”');
  await texts.use('en');
  expect(texts.why(REFUSED)).toBe(REFUSED.message);
});

it('says what the API says where there is no text, and that nobody answers where it said nothing', async () => {
  const texts = TestBed.inject(Texts);
  await texts.use('zh-Hans');
  expect(texts.why({ code: 'some.thing', message: 'So it is.' })).toBe('So it is.');
  expect(texts.why({ code: 'api.away', message: '' })).toBe(texts.t('problem.away'));
});
