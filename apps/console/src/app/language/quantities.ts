import { computed, inject, Injectable } from '@angular/core';
import { moneyFormat } from './money-format.js';
import { Texts } from './texts.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Numbers, times and durations as the reader's language writes them. */
@Injectable({ providedIn: 'root' })
export class Quantities {
  private readonly texts = inject(Texts);
  private readonly formats = computed(() => {
    const language = this.texts.language();
    const units = new Map<string, Intl.NumberFormat>();
    const unitOf = (unit: string, digits: number, unitDisplay: 'narrow' | 'long') =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits });
    return {
      money: moneyFormat(language),
      number: new Intl.NumberFormat(language),
      instant: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }),
      clock: new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' }),
      relative: new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
      unit: (unit: string, digits: number, display: 'narrow' | 'long' = 'narrow') => {
        const key = `${unit} ${digits} ${display}`;
        const known = units.get(key) ?? unitOf(unit, digits, display);
        units.set(key, known);
        return known;
      },
    };
  });

  number(value: number): string {
    return this.formats().number.format(value);
  }

  /** How many tokens, marked where it is an estimate. */
  tokens({ totalTokens, isEstimated }: { readonly totalTokens: number; readonly isEstimated: boolean }): string {
    return `${isEstimated ? '≈ ' : ''}${this.number(totalTokens)}`;
  }

  /** @param amount  a decimal  @param currency  its code */
  money(amount: string, currency: string): string {
    return this.formats().money(amount, currency);
  }

  /** Such as "1.1 GB". */
  bytes(value: number): string {
    const [unit, size] = value < 1e9 ? (['megabyte', 1e6] as const) : (['gigabyte', 1e9] as const);
    return this.formats()
      .unit(unit, 1)
      .format(value / size);
  }

  /** With the time zone. @param at  ISO 8601, or milliseconds since 1970 */
  instant(at: string | number): string {
    return this.formats().instant.format(new Date(at));
  }

  /** The time of day, to the second. @param at  milliseconds since 1970 */
  clock(at: number): string {
    return this.formats().clock.format(at);
  }

  /** When the day of an instant began where the reader is, as ISO 8601. @param at  milliseconds since 1970 */
  dayOf(at: number): string {
    return new Date(new Date(at).setHours(0, 0, 0, 0)).toISOString();
  }

  /** Such as "3 min ago". @param now  milliseconds since 1970 */
  ago(at: string | number, now: number): string {
    const { relative } = this.formats();
    const ms = new Date(at).getTime() - now;
    const size = Math.abs(ms);
    if (size < MINUTE) return relative.format(Math.round(ms / SECOND), 'second');
    if (size < HOUR) return relative.format(Math.round(ms / MINUTE), 'minute');
    if (size < DAY) return relative.format(Math.round(ms / HOUR), 'hour');
    return relative.format(Math.round(ms / DAY), 'day');
  }

  /** What lies between two instants. @param from  ISO 8601, so is `to` */
  between(from: string, to: string): string {
    return this.duration(Date.parse(to) - Date.parse(from));
  }

  /** A duration as it is read out, such as "1.2 seconds". @param ms  milliseconds */
  spoken(ms: number): string {
    const { unit } = this.formats();
    if (ms < MINUTE) return unit('second', 1, 'long').format(Math.max(0, ms) / SECOND);
    const minutes = unit('minute', 0, 'long').format(Math.floor((ms % HOUR) / MINUTE));
    if (ms < HOUR) return `${minutes} ${unit('second', 0, 'long').format(Math.floor((ms % MINUTE) / SECOND))}`;
    return `${unit('hour', 0, 'long').format(Math.floor(ms / HOUR))} ${minutes}`;
  }

  /** @param ms  milliseconds, never shown as less than none */
  duration(ms: number): string {
    const { unit } = this.formats();
    const size = Math.max(0, ms);
    if (size < SECOND) return unit('millisecond', 0).format(size);
    if (size < MINUTE) return unit('second', 1).format(size / SECOND);
    if (size < HOUR)
      return `${unit('minute', 0).format(Math.floor(size / MINUTE))} ${unit('second', 0).format(Math.floor((size % MINUTE) / SECOND))}`;
    return `${unit('hour', 0).format(Math.floor(size / HOUR))} ${unit('minute', 0).format(Math.floor((size % HOUR) / MINUTE))}`;
  }
}
