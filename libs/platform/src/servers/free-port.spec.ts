import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { checkPort, choosePort, findFreePort } from './free-port.js';

describe('findFreePort', () => {
  it('gives ports that can be listened on, each once, and none that an outgoing connection may take', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => findFreePort()));
    expect(new Set(ports).size).toBe(50);
    for (const port of ports) {
      expect(port).toBeLessThan(32_768);
      await expect(checkPort(port, '127.0.0.1')).resolves.toBeUndefined();
    }
  });
});

describe('choosePort', () => {
  it('keeps the wanted port, and refuses one that is taken', async () => {
    const port = await findFreePort();
    expect(await choosePort(port, '127.0.0.1')).toBe(port);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    await expect(choosePort((server.address() as AddressInfo).port, '127.0.0.1')).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    server.close();
  });
});
