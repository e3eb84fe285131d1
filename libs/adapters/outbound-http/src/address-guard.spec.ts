import { createAddressGuard, createProviderGuard } from './address-guard.js';

describe('address guard', () => {
  const guard = createAddressGuard([]);

  it.each([
    '0.0.0.0',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.251',
    '239.255.255.250',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('B34 refuses %p', (address) => {
    expect(guard(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.255.255',
    '223.255.255.254',
    '2606:4700:4700::1111',
    '64:ff9b::808:808',
  ])('lets the public address %s pass', (address) => {
    expect(guard(address)).toBe(true);
  });

  it('B34 opens exactly the networks it is told to trust', () => {
    const open = createAddressGuard(['10.1.0.0/16', '127.0.0.1', ' fd12::/16']);
    expect(['10.1.2.3', '127.0.0.1', 'fd12::1', '::ffff:10.1.2.3', '8.8.8.8'].filter(open)).toHaveLength(5);
    expect(['10.2.0.1', '127.0.0.2', 'fd13::1', '169.254.169.254'].filter(open)).toEqual([]);
  });

  it.each(['10.0.0.0/33', 'fd00::/129', 'intranet', '10.0.0', '', '10.0.0.0/8/8', '10.0.0.0/-1'])(
    'refuses %p for a network',
    (network) => {
      expect(() => createAddressGuard([network])).toThrow(expect.objectContaining({ code: 'outbound.invalidNetwork' }));
    },
  );
});

describe('guard of providers', () => {
  const guard = createProviderGuard([]);

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '224.0.0.1',
    '255.255.255.255',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    'metadata.google.internal',
    '',
  ])('B38 refuses a provider at %p', (address) => {
    expect(guard(address)).toBe(false);
  });

  it.each([
    '127.0.0.1',
    '::1',
    '0.0.0.0',
    '10.0.0.7',
    '192.168.1.20',
    '100.64.0.9',
    'fd12::7',
    '1.1.1.1',
    '2606:4700::1',
  ])('lets a provider stand at %s', (address) => {
    expect(guard(address)).toBe(true);
  });

  it('B38 lets a provider stand where the setting opens a network', () => {
    const open = createProviderGuard(['169.254.169.254']);
    expect(['169.254.169.254', '::ffff:169.254.169.254', '127.0.0.1'].filter(open)).toHaveLength(3);
    expect(['169.254.170.2', 'fe80::1'].filter(open)).toEqual([]);
  });
});
