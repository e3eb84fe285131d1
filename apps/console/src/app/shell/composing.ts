/** The code of a key that an input method takes. */
const TAKEN = 229;

/**
 * Whether a key belongs to a word that is being composed, such as the Enter that ends it. Safari has ended the word by then,
 * and says so by the code of the key alone.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === TAKEN;
}
