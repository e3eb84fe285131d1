import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { outboundErrors } from '@tenon/ports';
import { buildConnector } from 'undici';
import { createProviderGuard, type AddressGuard } from './address-guard.js';

/** Resolves a host name to addresses. Throws what the system says when there are none. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Resolves with the system's resolver, as every other program on the machine does. */
export const resolveWithSystem: Resolver = (hostname) =>
  new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/** From when a server of models is asked until it has accepted the connection. */
const PROVIDER_MS = 10_000;

/** How connections are opened. */
export interface ConnectorOptions {
  readonly guard: AddressGuard;
  readonly resolve: Resolver;
  readonly verifyTls: boolean;
  /** In milliseconds; without it the caller ends what takes too long. */
  readonly timeoutMs?: number;
  readonly onConnected?: () => void;
}

/** Where servers of models are looked for. */
export interface ProviderConnectorOptions {
  /** Networks that may be reached whatever they are for, such as `169.254.0.0/16`. */
  readonly allow: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolver;
}

/**
 * Connects to servers that the owner of a team names: those of the own network too, but nothing at addresses where a
 * machine is told about itself.
 * @throws outbound.invalidNetwork for an `allow` that cannot be read
 */
export function createProviderConnector(options: ProviderConnectorOptions): buildConnector.connector {
  const { allow, resolve = resolveWithSystem } = options;
  return guardedConnector({ guard: createProviderGuard(allow), resolve, verifyTls: true, timeoutMs: PROVIDER_MS });
}

/**
 * Connects to addresses the guard lets pass and no others: names are resolved once per connection, and the addresses
 * that were checked are those that are tried.
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  const { guard, resolve, verifyTls, timeoutMs = 0, onConnected } = options;
  const guardedLookup: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const allowed = addresses.filter(({ address }) => guard(address));
        const [first] = allowed;
        if (!first) callback(blockedAddress(hostname), []);
        else if (all) callback(null, allowed);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
  const settings = { lookup: guardedLookup, rejectUnauthorized: verifyTls, allowH2: false, timeout: timeoutMs };
  const connect = buildConnector(settings);
  return (target, callback): void => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    // an address is connected to without asking the resolver
    if (isIP(host) !== 0 && !guard(host)) return callback(blockedAddress(host), null);
    connect(target, (error, socket) => {
      if (error) return callback(error, null);
      if (!guard(socket.remoteAddress ?? '')) {
        socket.destroy();
        return callback(blockedAddress(host), null);
      }
      onConnected?.();
      callback(null, socket);
    });
  };
}

function blockedAddress(host: string) {
  const message = `${host} is inside the own network, where requests may not go; TENON_OUTBOUND_ALLOW can open it.`;
  return outboundErrors.blockedAddress(message, { details: { host } });
}
