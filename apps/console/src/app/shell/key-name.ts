const MODIFIER = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

/** A key as its keyboard calls it. @param key  after `mod+` with the key that commands are given with */
export function keyName(key: string): string {
  return key.replace('mod+', `${MODIFIER} `);
}
