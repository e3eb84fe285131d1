import type { Config } from '@tenon/platform';
import { checkPort } from '@tenon/platform/servers';
import { launcherErrors } from './errors.js';

/**
 * Can the API listen where it is told to?
 * @throws launcher.portTaken, launcher.portRefused
 */
export async function checkAddress({ host, port }: Pick<Config['server'], 'host' | 'port'>): Promise<void> {
  try {
    await checkPort(port, host);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw launcherErrors.portTaken(
        `Port ${port} is taken by another program: stop that program, or set TENON_PORT to another port.`,
        { cause },
      );
    }
    if (code === 'EACCES') {
      throw launcherErrors.portRefused(`Port ${port} may not be used by this user: set TENON_PORT to one above 1023.`, {
        cause,
      });
    }
    throw launcherErrors.portRefused(
      `${host} is no address of this computer (${message}): set TENON_HOST to 127.0.0.1.`,
      { cause },
    );
  }
}
