/** Writes an amount of money. @param amount  a decimal, not negative  @param currency  its code, such as `USD` */
export type MoneyFormat = (amount: string, currency: string) => string;

/** What is less is shown as less than this. */
const LEAST = 0.0001;

/** Money as a language writes it; below one unit with four digits behind the point, since calls cost fractions of a cent. */
export function moneyFormat(language: string): MoneyFormat {
  const write = (value: number, currency: string, minimumFractionDigits: number, maximumFractionDigits: number) =>
    new Intl.NumberFormat(language, {
      ...{ style: 'currency', currency, minimumFractionDigits, maximumFractionDigits },
    }).format(value);
  return (amount, currency) => {
    const value = Number(amount);
    if (value === 0) return write(0, currency, 0, 0);
    if (value < LEAST) return `<${write(LEAST, currency, 4, 4)}`;
    return write(value, currency, 2, value < 1 ? 4 : 2);
  };
}
