import { lookupIn } from '@tenon/engine';
import type { HttpInstruction } from './definition.js';
import { buildRequest } from './request.js';
import { showRequest } from './shown-request.js';

const base: HttpInstruction = {
  method: 'post',
  url: 'https://example.com/a?x=1',
  headers: '',
  params: '',
  authorization: null,
  body: { type: 'none', items: [] },
  timeouts: { connectMs: 1, readMs: 1, totalMs: 2 },
  verifyTls: true,
  failsOnStatus: false,
};

async function show(more: Partial<HttpInstruction>, secret = 's3cr3t') {
  const instruction = { ...base, ...more };
  const lookup = lookupIn({ 'env.KEY': secret });
  const request = await buildRequest(instruction, lookup, async () => new Uint8Array(), 'run/step');
  return showRequest(request, instruction, lookup, [secret], 'run/step');
}
const item = (value: string) => ({ type: 'text' as const, key: '', value, file: null });

describe('the request that people are shown', () => {
  it('is the request as it goes out', async () => {
    const body = { type: 'raw-text' as const, items: [item('hello')] };
    expect((await show({ params: 'q: 1', headers: 'A: b', body })).split('\r\n')).toEqual([
      'POST /a?x=1&q=1 HTTP/1.1',
      'Host: example.com',
      'A: b',
      'Content-Type: text/plain',
      'Idempotency-Key: run/step',
      '',
      'hello',
    ]);
  });

  it('has as many asterisks as the key that is sent has characters', async () => {
    const shown = await show({ authorization: { type: 'bearer', key: '{{#env.KEY#}}', header: '' } });
    expect(shown).toContain(`Authorization: ${'*'.repeat('Bearer s3cr3t'.length)}\r\n`);
  });

  it.each(['a?b#c', '../x', 'a/b', '100%', 'ü "&', 'a\\b'])(
    'hides the secret "%s" wherever it stands',
    async (secret) => {
      const shown = await show(
        {
          url: 'https://example.com/p-{{#env.KEY#}}-q?x={{#env.KEY#}}',
          params: 'k: {{#env.KEY#}}',
          headers: 'K: {{#env.KEY#}}',
          body: { type: 'json', items: [item('{"k": "{{#env.KEY#}}"}')] },
        },
        secret,
      );
      expect(shown.split('\r\n')).toEqual([
        'POST /p-********-q?x=********&k=******** HTTP/1.1',
        'Host: example.com',
        'K: ********',
        'Content-Type: application/json',
        'Idempotency-Key: run/step',
        '',
        '{"k":"********"}',
      ]);
    },
  );

  it('is nothing but its method when the whole address is a secret', async () => {
    expect(await show({ url: '{{#env.KEY#}}' }, 'https://example.com/hook')).toBe('POST ********');
  });

  it('is cut when its body is long', async () => {
    const shown = await show({ body: { type: 'raw-text', items: [item('x'.repeat(20_000))] } });
    expect(shown.length).toBeLessThan(17_000);
    expect(shown).toMatch(/x…$/);
  });
});
