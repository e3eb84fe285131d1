import { defineErrors, isTenonError, isWorthRetrying } from './errors.js';
import { isUuid } from './ids.js';
import { isValueRef } from './value-ref.js';

const errors = defineErrors('draft', { staleRevision: 'conflict', busy: 'unavailable' });

it('an error carries its code, kind, details, cause and how long to wait', () => {
  const cause = new Error('below');
  const error = errors.busy('Wait a moment.', { details: { revision: 3 }, cause, retryAfterMs: 500 });
  expect(error).toMatchObject({ code: 'draft.busy', kind: 'unavailable', details: { revision: 3 }, retryAfterMs: 500 });
  expect([error.message, error.cause, isTenonError(error)]).toEqual(['Wait a moment.', cause, true]);
  expect(errors.staleRevision('Changed.').details).toEqual({});
  expect([new Error('x'), { code: 'a.b', kind: 'invalid' }, null].map(isTenonError)).toEqual([false, false, false]);
});

it('only what may pass by itself is worth another try', () => {
  expect(
    (['invalid', 'missing', 'denied', 'conflict', 'limited', 'unavailable', 'internal'] as const).filter(
      isWorthRetrying,
    ),
  ).toEqual(['limited', 'unavailable']);
});

it('ids are lower-case UUIDs and nothing else', () => {
  expect(isUuid('0195d3c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f')).toBe(true);
  for (const text of [
    '',
    '0195D3C1-7A2B-7C3D-8E4F-5A6B7C8D9E0F',
    "0195d3c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f' or 1=1",
    '../x',
  ])
    expect(isUuid(text)).toBe(false);
});

it('a reference to a large value is told from a mapping of the same look', () => {
  const ref = { $ref: { key: 'k', sizeBytes: 1, mediaType: 'application/json', preview: '' } };
  expect([ref, { ...ref, other: 1 }, { $ref: 'k' }, null].map(isValueRef)).toEqual([true, false, false, false]);
});
