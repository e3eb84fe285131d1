import { ServerError } from '@apollo/client/errors';
import { problemOf, Unanswered } from './problem.js';

const answered = (status: number, bodyText: string) =>
  new ServerError('Received status code', { response: { status } as Response, bodyText });

it.each<[string, Error, string, string]>([
  ['nobody', new Unanswered('Failed to fetch'), 'api.away', ''],
  ['a mistake of ours', new TypeError('a is undefined'), 'console.unknown', 'TypeError: a is undefined'],
  ['a proxy that cannot reach the API', answered(502, '<html>'), 'api.away', ''],
  ['a proxy that refuses', answered(413, '<html>'), 'api.refused', 'Received status code'],
  [
    'the API before GraphQL',
    answered(413, JSON.stringify({ code: 'request.tooLarge', message: 'The request is too large.' })),
    'request.tooLarge',
    'The request is too large.',
  ],
])('says what went wrong when %s answers', (_who, error, code, message) => {
  expect(problemOf(error)).toMatchObject({ code, message });
});
