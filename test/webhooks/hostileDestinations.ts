// Destinations inside our network for hostile.test.ts, in every notation known from attacks.

/**
 * IPv4 addresses that no webhook may reach: this machine, private networks, link-local with the
 * metadata service, carrier-grade NAT, multicast, reserved.
 */
export const internalV4 = [
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '0.0.0.0',
  '0.0.0.1',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '169.254.169.254',
  '169.254.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
];

export const internalV6 = [
  '::',
  '::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '100::1',
  '2001:db8::1',
  '2001::1',
  '2001:10::1',
  '3fff::1',
  '5f00::1',
];

const bytesOf = (address: string): number[] => address.split('.').map(Number);
const numberOf = (address: string): number =>
  bytesOf(address).reduce((sum, byte) => sum * 256 + byte, 0);
const hexOf = (address: string): string => numberOf(address).toString(16).padStart(8, '0');
const groupsOf = (address: string): string =>
  `${hexOf(address).slice(0, 4)}:${hexOf(address).slice(4)}`;

/**
 * Returns the IPv6 addresses that contain an IPv4 address: mapped, compatible, translated (NAT64,
 * both prefixes; SIIT), 6to4, Teredo, ISATAP.
 */
export function carriers(address: string): string[] {
  const groups = groupsOf(address);
  const teredo = bytesOf(address)
    .map((byte) => (byte ^ 0xff).toString(16).padStart(2, '0'))
    .join('')
    .replace(/(....)(....)/, '$1:$2');
  return [
    `::ffff:${groups}`,
    `::ffff:${address}`,
    `0:0:0:0:0:ffff:${groups}`,
    `::${address}`,
    `::ffff:0:${address}`,
    `64:ff9b::${groups}`,
    `64:ff9b:1::${groups}`,
    `2002:${groups}::1`,
    `2001:0:808:808:0:0:${teredo}`,
    `fe80::5efe:${groups}`,
  ];
}

/** Returns the hosts of a URL that mean this IPv4 address. */
export function notations(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(address);
  const octal = (byte: number) => `0${byte.toString(8)}`;
  const hex = (byte: number) => `0x${byte.toString(16)}`;
  const circled = [...address]
    .map((char) =>
      char === '.' ? '。' : char === '0' ? '⓪' : String.fromCodePoint(0x245f + Number(char)),
    )
    .join('');
  const wide = [...address]
    .map((char) => (char === '.' ? '．' : String.fromCodePoint(0xff10 + Number(char))))
    .join('');
  const bold = [...address]
    .map((char) => (char === '.' ? '｡' : String.fromCodePoint(0x1d7ce + Number(char))))
    .join('');
  return [
    address,
    `${address}.`,
    String(numberOf(address)),
    `0x${hexOf(address)}`,
    `0X${hexOf(address).toUpperCase()}`,
    `0${numberOf(address).toString(8)}`,
    [a, b, c, d].map(octal).join('.'),
    [a, b, c, d].map(hex).join('.'),
    `${octal(a)}.${hex(b)}.${c}.${d}`,
    `000000${octal(a)}.${b}.${c}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${numberOf(address) % 2 ** 24}`,
    `${hex(a)}.${hex(numberOf(address) % 2 ** 24)}`,
    address.replaceAll('.', '%2e'),
    [...address].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
    circled,
    wide,
    bold,
    address.replace('.', '\u3002'),
    ...carriers(address).map((each) => `[${each}]`),
  ];
}

/** Names of this machine, and public names that resolve to it. */
export const localNames = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'LocalHost.',
  'shop.localhost',
  'a.b.localhost.',
  'ｌｏｃａｌｈｏｓｔ',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'loc%61lhost',
  'localhost.localdomain',
  'ip6-localhost',
  'localtest.me',
  '127.0.0.1.nip.io',
  'metadata.google.internal',
  'kubernetes.default.svc',
];

/** Returns URLs that seem to name one host but lead to another. */
export function tricks(port: number): string[] {
  return [
    `https://example.com@127.0.0.1:${port}/`,
    `https://example.com:443@127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}\\@example.com/`,
    `https:127.0.0.1:${port}/`,
    `https:\\\\127.0.0.1:${port}\\`,
    `https:///127.0.0.1:${port}/`,
    `https://\t127.0.0.1:${port}/`,
    `https://127.0.0.1\n:${port}/`,
    `https://127.0.0.1:${port}#@example.com/`,
    `https://127.0.0.1:${port}?@example.com/`,
    `http://127.0.0.1:${port}/`,
    `HTTP://127.0.0.1:${port}/`,
    `http://example.com:${port}/`,
    `ws://127.0.0.1:${port}/`,
    `file:///etc/passwd`,
    `gopher://127.0.0.1:${port}/_POST`,
    `ftp://127.0.0.1:${port}/`,
    `//127.0.0.1:${port}/`,
    `unix:/var/run/docker.sock`,
    `data:,hello`,
    `javascript:alert(1)`,
    `https://[::1%25lo]:${port}/`,
    `https://[0:0:0:0:0:0:0:1]:${port}/`,
    `https://[::0001]:${port}/`,
    `https://[::]:${port}/`,
    `https://127.0.0.1:${port}@127.0.0.1:${port}/`,
    `https://0:${port}/`,
    `https://0x0:${port}/`,
    `https://127.1:${port}/`,
    `https://127.0.1:${port}/`,
  ];
}
