/** A whole number of 10^-`digits` as a decimal, without loss: `decimalText(1230, 6)` is `0.00123`. @param value  not negative */
export function decimalText(value: number, digits: number): string {
  const text = String(value).padStart(digits + 1, '0');
  const whole = text.slice(0, -digits);
  let part = text.slice(-digits);
  while (part.endsWith('0')) part = part.slice(0, -1);
  return part === '' ? whole : `${whole}.${part}`;
}
