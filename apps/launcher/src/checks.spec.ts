import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { checkAddress } from './checks.js';

describe('checkAddress', () => {
  it('says what to do when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(checkAddress({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'launcher.portTaken',
      message: `Port ${port} is taken by another program: stop that program, or set TENON_PORT to another port.`,
    });
    server.close();
    await once(server, 'close');
    await expect(checkAddress({ host: '127.0.0.1', port })).resolves.toBeUndefined();
  });

  it('says what to do when the address is not one of this computer', async () => {
    await expect(checkAddress({ host: '192.0.2.1', port: 4180 })).rejects.toMatchObject({
      code: 'launcher.portRefused',
      message: expect.stringMatching(
        /^192\.0\.2\.1 is no address of this computer .* set TENON_HOST to 127\.0\.0\.1\.$/,
      ),
    });
  });
});
