import { Discretion } from './discretion.js';

it('shows no beginning of a secret where a failure or a record was cut, and changes nothing that a flow goes on with', () => {
  const discretion = new Discretion(['s3cret of a kind']);
  const details = { printed: 'it is s3cret of…' };
  expect(
    discretion.failure({
      ok: false,
      failure: { code: 'code.failed', type: 'CodeExecutionError', message: 'Error: s3cr…\n    at main', details },
      outputs: { body: 'that is…', key: 'the s3cret of a kind' },
    }),
  ).toEqual({
    ok: false,
    failure: {
      code: 'code.failed',
      type: 'CodeExecutionError',
      message: 'Error: …\n    at main',
      details: { printed: 'it is …' },
    },
    outputs: { body: 'that is…', key: 'the ********' },
  });
  const price = { input: 1, output: 2 };
  expect(discretion.record({ request: ['s3cret of a k…'], reply: details, price })).toEqual({
    request: ['…'],
    reply: { printed: 'it is …' },
    price,
  });
});
