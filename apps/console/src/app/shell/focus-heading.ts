/**
 * Brings the keyboard to the heading of a page, and so says to people who do not see it which page it is: as soon as it is
 * there, unless somebody has gone on to something else meanwhile.
 * @param content  has the keyboard until then
 * @returns what ends the waiting
 */
export function focusHeading(content: HTMLElement): () => void {
  content.focus({ preventScroll: true });
  const isDone = () => {
    if (content.ownerDocument.activeElement !== content) return true;
    const heading = content.querySelector<HTMLElement>('h1');
    if (!heading) return false;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    return true;
  };
  const observer = new MutationObserver(() => {
    if (isDone()) observer.disconnect();
  });
  if (!isDone()) observer.observe(content, { childList: true, subtree: true });
  return () => observer.disconnect();
}
