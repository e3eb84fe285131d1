import { readFileSync } from 'node:fs';
import path from 'node:path';

type Theme = 'light' | 'dark';

const SOURCE = readFileSync(path.join(__dirname, 'tokens.scss'), 'utf8');
const ROLES = new Map(
  [...SOURCE.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, role = '', light = '', dark = '']) => [role, { light, dark }],
  ),
);
const named = (start: string) => [...ROLES.keys()].filter((role) => role.startsWith(start));

const BACKGROUNDS = ['surface-0', 'surface-1', 'surface-2', 'canvas'];
const STATES = named('state-');
const TEXTS = ['text', 'text-2', 'text-3', 'accent', ...STATES];
/** Filled buttons. */
const ON_COLOR = ['accent', 'state-bad'].map((background) => ['on-accent', background] as const);
/** What is no text and has to be seen. */
const SHAPES = ['line-strong', 'focus', ...named('kind-')];
/** What only parts or decorates, and is missed by nobody. */
const QUIET = ['line', 'grid-dot'];

/** The ratio of two colours by WCAG 2.2, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Pairs that are too near to each other. */
function faint(pairs: readonly (readonly [string, string])[], least: number): string[] {
  return pairs.flatMap(([front, back]) =>
    (['light', 'dark'] as const).flatMap((theme: Theme) => {
      const ratio = contrast(ROLES.get(front)?.[theme] ?? '', ROLES.get(back)?.[theme] ?? '');
      return ratio >= least ? [] : [`${front} on ${back}, ${theme}: ${ratio.toFixed(2)}`];
    }),
  );
}

const on = (fronts: readonly string[]) => fronts.flatMap((front) => BACKGROUNDS.map((back) => [front, back] as const));

it('has text that can be read, whatever it stands on', () => {
  expect(faint([...on(TEXTS), ...ON_COLOR], 4.5)).toEqual([]);
});

it('has shapes and rings that can be seen', () => {
  expect(faint(on(SHAPES), 3)).toEqual([]);
});

it('leaves no role of colour unchecked', () => {
  const checked = new Set([...BACKGROUNDS, ...TEXTS, ...SHAPES, ...QUIET, 'on-accent']);
  expect([...ROLES.keys()].filter((role) => !checked.has(role))).toEqual([]);
  expect(ROLES.size).toBe([...SOURCE.matchAll(/light-dark\(#/g)].length);
});

it('knows how far black is from white', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
