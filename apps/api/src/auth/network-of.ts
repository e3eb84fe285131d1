/** Groups of an address of version 6 that name a network; the others are its holder's to choose. */
const NETWORK_GROUPS = 4;

/** Whose an address is: for version 6 the network of 64 bits, for version 4 the address, also when it is written in 6. */
export function networkOf(address: string): string {
  // a URL has one spelling of every address of version 6, and takes nothing else in brackets
  const url = `http://[${address.split('%')[0] as string}]`;
  if (!URL.canParse(url)) return address;
  const { hostname } = new URL(url);
  const [head = [], tail = []] = hostname.slice(1, -1).split('::').map(groupsOf);
  const groups = [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  const isVersion4 = groups.slice(0, 6).join() === '0,0,0,0,0,65535';
  if (isVersion4)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
}
