import { createServer, type AddressInfo } from 'node:net';
import { openDatabase } from './database.js';

/** A message of Postgres to its client: a letter, the length with itself, and what it says. */
function message(letter: string, ...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  const head = Buffer.alloc(5, letter);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const welcome = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))];
const goodbye = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'));

it('D1 a server that ends in the moment in which it takes a connection ends nobody else', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([...welcome, goodbye])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const database = openDatabase({ url: `postgres://me@127.0.0.1:${port}/tenon`, poolSize: 1, name: 'test' });
  try {
    const work = () => database.inTransaction((sql) => sql.rows('select 1'));
    await expect(work()).rejects.toMatchObject({ code: 'database.unavailable' });
  } finally {
    await database.close();
    server.close();
  }
});
