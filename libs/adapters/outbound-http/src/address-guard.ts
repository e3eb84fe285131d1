import { BlockList, isIP } from 'node:net';
import { outboundErrors } from '@tenon/ports';

/** May a connection be opened to this address? Takes the text of an IPv4 or IPv6 address; anything else is refused. */
export type AddressGuard = (address: string) => boolean;

/** What is not public in IPv4 (IANA special-purpose registry), and one metadata address in public space. */
const PRIVATE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** In IPv6 only 2000::/3 is public, but for these: they are special, or carry an IPv4 address to somewhere. */
const PUBLIC_IPV6 = ['2000::/3'];
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];
/** Translated by the network into the IPv4 address in its last 32 bits. */
const TRANSLATED_IPV6 = ['64:ff9b::/96'];

/** Link-local and metadata addresses, and those of groups. */
const WITHOUT_SERVERS = [
  '100.100.100.200/32',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.192/32',
  '224.0.0.0/3',
  '2002::/16',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  'fe80::/10',
  'ff00::/8',
];

const privateIpv4 = toBlockList(PRIVATE_IPV4);
const publicIpv6 = toBlockList(PUBLIC_IPV6);
const specialIpv6 = toBlockList(SPECIAL_IPV6);
const translatedIpv6 = toBlockList(TRANSLATED_IPV6);
const withoutServers = toBlockList(WITHOUT_SERVERS);

/**
 * A guard that lets public addresses pass, and those in `allow`.
 * @param allow  networks such as `10.1.0.0/16` or `fd00::/8`, or single addresses
 * @throws outbound.invalidNetwork
 */
export function createAddressGuard(allow: readonly string[]): AddressGuard {
  const allowed = toBlockList(allow);
  return (address) => {
    const bare = address.split('%', 1)[0] ?? '';
    const family = isIP(bare);
    if (family === 0) return false;
    return allowed.check(bare, family === 6 ? 'ipv6' : 'ipv4') || isPublic(bare);
  };
}

/**
 * A guard for servers that the owner of a team names: they may stand in the own network, but not where clouds tell a
 * machine about itself and its keys, nor where there are no servers at all.
 * @param allow  as of `createAddressGuard`
 * @throws outbound.invalidNetwork
 */
export function createProviderGuard(allow: readonly string[]): AddressGuard {
  const isAllowed = createAddressGuard(allow);
  return (address) => {
    const bare = address.split('%', 1)[0] ?? '';
    return isIP(bare) !== 0 && (isAllowed(bare) || !isWithoutServers(bare));
  };
}

function isWithoutServers(address: string): boolean {
  if (isIP(address) === 6 && translatedIpv6.check(address, 'ipv6')) return isWithoutServers(lastIpv4(address));
  return withoutServers.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !privateIpv4.check(address, 'ipv4');
  if (translatedIpv6.check(address, 'ipv6')) return isPublic(lastIpv4(address));
  return publicIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
}

/** The IPv4 address in the last 32 bits of an IPv6 address. */
function lastIpv4(address: string): string {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  return groups.flatMap((group) => [parseInt(group || '0', 16) >> 8, parseInt(group || '0', 16) & 255]).join('.');
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network.trim()) ?? [];
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix);
    if (family === 0 || length > bits) {
      throw outboundErrors.invalidNetwork(`"${network}" is not a network; write it like 10.1.0.0/16 or fd00::/8.`);
    }
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
