import { createFakeLogger, type FakeLogger } from '@tenon/ports/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createOpenAiCompatibleModels, type OpenAiCompatibleModels } from './models.js';
import { buildChatRequest, connectAnywhere, textOf } from './testing/model-bench.js';

const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
});

/** Of each request, the number of its connection and of the request over it, both from 1. */
let asked: string[];
let server: Server;
let logger: FakeLogger;
let models: OpenAiCompatibleModels;
/** What becomes of a request instead of an answer. */
let fate: (request: string, socket: Socket) => 'answer' | 'nothing';

beforeEach(async () => {
  asked = [];
  logger = createFakeLogger();
  const connections = new Map<Socket, { readonly number: number; requests: number }>();
  server = createServer((request, response) => {
    const { socket } = request;
    const known = connections.get(socket) ?? { number: connections.size + 1, requests: 0 };
    connections.set(socket, known);
    known.requests += 1;
    const name = `${known.number}.${known.requests} ${String(request.headers['idempotency-key'])}`;
    asked.push(name);
    if (fate(name, socket) === 'answer') response.setHeader('content-type', 'application/json').end(ANSWER);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  models = createOpenAiCompatibleModels({ connect: connectAnywhere }, logger);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await models.close();
  server.closeAllConnections();
  server.close();
});

async function ask(): Promise<string> {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const deltas = [];
  for await (const delta of models.getChatModel({ provider: 'acme', baseUrl }, 'm').stream(buildChatRequest()))
    deltas.push(delta);
  return textOf(deltas);
}

/** Asks until a connection was used for the second time. */
async function askUntilKept(): Promise<string[]> {
  const answers: string[] = [];
  while (!asked.some((name) => name.includes('.2 '))) answers.push(await ask());
  return answers;
}

it.each([
  ['closed', (socket: Socket) => void socket.end()],
  ['reset', (socket: Socket) => void socket.resetAndDestroy()],
])('W2 kept connections that are %s when they are used again are no failure', async (_how, giveUp) => {
  let givenUp = 0;
  fate = (name, socket) => {
    if (name.includes('.1 ')) return 'answer';
    givenUp += 1;
    giveUp(socket);
    return 'nothing';
  };
  const answers = await askUntilKept();
  expect(new Set(answers)).toEqual(new Set(['Hello']));
  expect(givenUp).toBeGreaterThan(0);
  expect(asked).toHaveLength(answers.length + givenUp);
  expect(new Set(asked.map((name) => name.split(' ')[1]))).toEqual(new Set(['step-1']));
  expect(logger.lines.filter(({ level }) => level === 'info')).toHaveLength(givenUp);
});

it.each([
  ['without an answer', (socket: Socket) => void socket.resetAndDestroy()],
  ['in the first line of it', (socket: Socket) => void socket.write('HTTP/1.1 2', () => socket.resetAndDestroy())],
])('W2 a new connection that ends %s is a failure', async (_how, giveUp) => {
  fate = (_name, socket) => {
    giveUp(socket);
    return 'nothing';
  };
  await expect(ask()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(asked).toEqual(['1.1 step-1']);
});

it('W2 however many connections are kept, it is asked once more', async () => {
  fate = (name, socket) => {
    if (!hasGivenUp && name.includes('.1 ')) return 'answer';
    hasGivenUp = true;
    socket.resetAndDestroy();
    return 'nothing';
  };
  let hasGivenUp = false;
  await Promise.all([ask(), ask(), ask()]);
  await expect(askUntilKept()).rejects.toMatchObject({ code: 'model.unreachable' });
  expect(asked.filter((name) => !name.includes('.1 '))).toHaveLength(1);
});

it('W2 a kept connection that ends in the first line of its answer is a failure', async () => {
  fate = (name, socket) => {
    if (name.includes('.1 ')) return 'answer';
    socket.write('HTTP/1.1 2', () => socket.resetAndDestroy());
    return 'nothing';
  };
  await expect(askUntilKept()).rejects.toMatchObject({ kind: 'unavailable' });
});

it('W2 a kept connection that ends after a while may have ended in the work, and is a failure', async () => {
  const now = performance.now.bind(performance);
  let ahead = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  fate = (name, socket) => {
    if (name.includes('.1 ')) return 'answer';
    ahead = 1_500;
    socket.resetAndDestroy();
    return 'nothing';
  };
  await expect(askUntilKept()).rejects.toMatchObject({ code: 'model.unreachable' });
  expect(asked.filter((name) => !name.includes('.1 '))).toHaveLength(1);
});
