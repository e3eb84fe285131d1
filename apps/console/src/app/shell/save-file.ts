/** Gives a person a file. @param content  a text, or the address of what is one already */
export function saveFile(name: string, content: Blob | string): void {
  const url = typeof content === 'string' ? content : URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  if (typeof content !== 'string') setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
