import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ScriptedModel } from './scripted-model.js';
import { rulesToJson, type ScriptedRule, type ScriptedRules } from './scripted-rule.js';

/**
 * The administration over HTTP, for tests in another process:
 *
 * - `GET /__calls` → `{ counts, calls }`; with `?calls=n`, `?held=n` or `?aborted=n` (and `timeoutMs`) it answers
 *   once there are that many, or 408. `?counts` leaves the calls out. `DELETE /__calls` forgets them.
 * - `GET`, `PUT`, `POST /__rules` → list, replace, put before the others; a JSON array of rules
 * - `POST /__release?count=n` → `{ released }`; `POST /__pause`, `POST /__resume`
 */
export async function handleAdmin(
  model: ScriptedModel,
  rules: ScriptedRules,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', model.url);
  const number = (name: string) => {
    const text = url.searchParams.get(name);
    return text === null ? undefined : Number(text);
  };
  const send = (body: string, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /__calls': {
      const timeoutMs = number('timeoutMs');
      try {
        await model.waitForCalls(number('calls') ?? 0, timeoutMs);
        await model.waitForHeld(number('held') ?? 0, timeoutMs);
        await model.waitForAborted(number('aborted') ?? 0, timeoutMs);
      } catch (error) {
        return send(JSON.stringify({ message: (error as Error).message, counts: model.counts() }), 408);
      }
      const calls = url.searchParams.has('counts') ? [] : model.calls();
      return send(JSON.stringify({ counts: model.counts(), calls }));
    }
    case 'DELETE /__calls':
      model.resetCalls();
      return send('{}');
    case 'GET /__rules':
      return send(rulesToJson(rules.list()));
    case 'PUT /__rules':
      model.setRules(await readRules(request));
      return send('{}');
    case 'POST /__rules':
      model.addRules(await readRules(request));
      return send('{}');
    case 'POST /__release':
      return send(JSON.stringify({ released: model.release(number('count')) }));
    case 'POST /__pause':
      model.pause();
      return send('{}');
    case 'POST /__resume':
      model.resume();
      return send('{}');
    default:
      return send(JSON.stringify({ message: `No ${request.method} ${url.pathname} here.` }), 404);
  }
}

async function readRules(request: IncomingMessage): Promise<readonly ScriptedRule[]> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as readonly ScriptedRule[];
}
