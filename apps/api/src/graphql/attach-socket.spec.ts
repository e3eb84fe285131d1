import { createFakeLogger } from '@tenon/ports/testing';
import { buildSchema } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import { attachSocket, type SocketExtra } from './attach-socket.js';

const logger = createFakeLogger();
const schema = buildSchema('type Query { one: Int }');
let server: Server;
let url: string;
beforeAll(async () => {
  const protocol = makeServer<Record<string, unknown>, SocketExtra>({ schema });
  server = createServer();
  const sockets = new WebSocketServer({ server, maxPayload: 1_000, handleProtocols });
  sockets.on('connection', (socket, request) => attachSocket(protocol, { socket, request }, 60_000, logger));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const NOTHING: readonly string[] = [];
const message = (type: string) => JSON.stringify({ type, id: '1', payload: { query: '{ one }' } });

it.each<[string, string | Buffer, number, readonly string[]]>([
  ['is too large', 'x'.repeat(2_000), 1009, ['debug']],
  ['is no text', Buffer.from([0xff, 0xfe]), 4400, NOTHING],
  ['is no JSON', '{', 4400, NOTHING],
  ['is of no type', message('nothing'), 4400, NOTHING],
  ['only a server says', message('next'), 4500, ['warn']],
  ['comes before its turn', message('subscribe'), 4401, NOTHING],
])('a message that %s closes the socket, and is told of by our log alone', async (_what, said, code, levels) => {
  const from = logger.lines.length;
  const told: unknown[] = [];
  const { error, warn } = console;
  Object.assign(console, {
    error: (...line: unknown[]) => told.push(line),
    warn: (...line: unknown[]) => told.push(line),
  });
  const socket = new WebSocket(url, 'graphql-transport-ws');
  socket.on('open', () => socket.send(said));
  const closed = await new Promise((resolve) => socket.on('close', resolve));
  Object.assign(console, { error, warn });
  expect([closed, told]).toEqual([code, []]);
  expect(logger.lines.slice(from).map(({ level }) => level)).toEqual(levels);
});
