import { isTenonError, type Json } from '@tenon/base';
import { renderTemplate, type RenderLimits } from './index.js';

function codeOf(template: string, inputs: Readonly<Record<string, Json>> = {}, limits?: RenderLimits): string {
  try {
    return `rendered ${renderTemplate(template, inputs, limits).length} characters`;
  } catch (error) {
    return isTenonError(error) ? error.code : `not a typed error: ${String(error)}`;
  }
}

// Doubles a value again and again: {% set v.x = … %} on what is there.
const doubled = (start: string, next: string, use: string): string =>
  `{% set v = namespace(x=${start}, y=${start}) %}{% for i in range(60) %}{% set v.x = ${next} %}` +
  `{% set v.y = ${next.replaceAll('v.x', 'v.y')} %}{% endfor %}{{ ${use} }}`;
const deepened = (times: number, use: string): string =>
  `{% set v = namespace(x=(1,)) %}{% for i in range(${times}) %}{% set v.x = (v.x,) %}{% endfor %}{{ ${use} }}`;
const manyTimes = (setup: string, step: string): string =>
  `${setup}{% for i in range(40000) %}{% set x = ${step} %}{% endfor %}`;

type Case = readonly [what: string, template: string];

describe('the limits of a rendering', () => {
  it('let a loop of a few thousand rounds pass', () => {
    expect(codeOf('{% for i in range(5000) %}{{ i }},{% endfor %}')).toBe('rendered 23890 characters');
    expect(codeOf('{{ range(100000)|sum }} {{ range(100000)|max }}')).toBe('rendered 16 characters');
  });

  it.each<Case>([
    ['nested loops', '{% for a in range(1000) %}{% for b in range(1000) %}{{ a }}{% endfor %}{% endfor %}'],
    ['empty loops', '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}'],
    ['lists that share their parts, printed', doubled('[1]', '[v.x, v.x]', 'v.x')],
    ['lists that share their parts, as JSON', doubled('[1]', '[v.x, v.x]', 'v.x|tojson')],
    ['lists that share their parts, compared', doubled('[1]', '[v.x, v.x]', 'v.x == v.y')],
    ['lists that share their parts, ordered', doubled('[1]', '[v.x, v.x]', 'v.x < v.y')],
    ['long lists, sorted often', manyTimes('', 'range(100000)|sort')],
    ['long lists, copied often', manyTimes('', 'range(100000)|list')],
    ['long texts, changed often', manyTimes('{% set s = "a" * 400000 %}', 's.upper()')],
    ['long texts, searched often', manyTimes('{% set s = "a" * 400000 %}', '"b" in s')],
    ['long texts, compared often', manyTimes('{% set s = "a" * 400000 %}{% set t = "a" * 399999 ~ "a" %}', 's == t')],
    ['long texts as keys', manyTimes('{% set s = "a" * 400000 %}{% set d = {s: 1} %}', 'd.get(s)')],
    ['long integers, printed often', manyTimes('{% set b = 10 ** 4000 %}', 'b|string')],
    [
      'a text block that is captured often',
      `{% for i in range(1000) %}{% set x %}${'a'.repeat(100_000)}{% endset %}{% endfor %}`,
    ],
    ['a long chain of operators', `{{ 1${' + 1'.repeat(26_000)} }}`],
  ])('B28 stop %s', (_what, template) => {
    expect(codeOf(template)).toBe('template.tooManySteps');
  });

  it.each<Case>([
    ['range', '{% for a in range(1000000000) %}{% endfor %}'],
    ['the repetition of a text', '{{ "a" * 1000000000 }}'],
    ['the repetition of a list', '{{ [1] * 10 ** 400 }}'],
    ['a text that doubles', doubled('"aaaaaaaa"', 'v.x + v.x', 'v.x|length')],
    ['a list that doubles', doubled('[1]', 'v.x + v.x', 'v.x|length')],
    ['a list that extends itself', '{% set l = [1] %}{% for i in range(99) %}{% set _ = l.extend(l) %}{% endfor %}'],
    ['a power', '{{ 10 ** 100000000 }}'],
    ['an integer that squares itself', doubled('10', 'v.x * v.x', 'v.x')],
    ['a replacement', '{{ ("a" * 400000)|replace("a", "b" * 400000) }}'],
    ['a separator', '{{ range(100000)|join("b" * 400000) }}'],
    ['a width', '{{ "a"|center(1000000000) }}'],
    ['a width in a pattern', '{{ "%1000000000d" % 1 }}'],
    ['a precision in a pattern', '{{ "{:.1000000000f}".format(1) }}'],
    ['an indentation', '{{ "a"|indent(10 ** 12, true) }}'],
    ['tabs', '{{ ("\\t" * 100000).expandtabs(100000) }}'],
    ['the filler of rows', '{{ [1]|batch(10 ** 12, 0)|list }}'],
    ['the result', `{% for i in range(1000) %}${'a'.repeat(1000)}{% endfor %}`],
  ])('B28 cap %s', (_what, template) => {
    expect(codeOf(template)).toBe('template.tooLong');
  });

  it.each<Case>([
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    ['a macro that needs itself for a default', '{% macro f(a=f()) %}{% endmacro %}{{ f() }}'],
    [
      'a loop over a list that holds itself',
      '{% set l = [] %}{% set _ = l.append(l) %}{% for x in l recursive %}{{ loop(x) }}{% endfor %}',
    ],
    ['JSON of a list that holds itself', '{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}'],
    ['deep tuples, printed', deepened(5000, 'v.x')],
    ['deep tuples as keys', deepened(5000, '{v.x: 1}')],
    ['keys of tuples that share their parts', doubled('(1,)', '(v.x, v.x)', '{v.x: 1}')],
    ['a long chain of attributes', `{{ a${'.b'.repeat(5_000)} }}`],
    ['a thousand negations', `{{ ${'not '.repeat(1000)}1 }}`],
  ])('B28 end %s', (_what, template) => {
    expect(codeOf(template)).toBe('template.failed');
  });

  it.each<Case>([
    ['10 000 brackets', `{{ ${'('.repeat(10_000)}1${')'.repeat(10_000)} }}`],
    ['brackets that never close', `{{ ${'['.repeat(390_000)}`],
    ['2 000 tags inside each other', '{% if 1 %}'.repeat(2000) + '{% endif %}'.repeat(2000)],
    ['30 000 branches', `{% if 0 %}${'{% elif 0 %}'.repeat(30_000)}{% endif %}`],
    ['90 000 negations', `{{ ${'not '.repeat(90_000)}1 }}`],
    ['30 000 inline ifs', `{{ ${'1 if 0 else '.repeat(30_000)}2 }}`],
    ['50 000 calls', `{{ a${'()'.repeat(50_000)} }}`],
    ['an integer of 390 000 digits', `{{ ${'1'.repeat(390_000)} }}`],
    ['white space without an end', `{{${' '.repeat(399_000)}`],
    ['opening delimiters without an end', '{{'.repeat(199_000)],
    ['quotes without an end', `{{ ${"'".repeat(399_001)} }}`],
    ['a source longer than 400 000 characters', 'a'.repeat(400_001)],
  ])('B28 refuse %s', (_what, template) => {
    expect(codeOf(template)).toBe('template.invalid');
  });

  it('read long harmless sources in linear time', () => {
    expect(codeOf(' '.repeat(399_990))).toBe('rendered 399990 characters');
    expect(codeOf('\n'.repeat(399_990))).toBe('rendered 399989 characters');
    expect(codeOf(`{{ ${"'a' ".repeat(90_000)}}}`)).toBe('rendered 90000 characters');
  });

  it('are the ones given', () => {
    const loop = '{% for i in range(100) %}{{ i }}{% endfor %}';
    expect(codeOf(loop, {}, { maxSteps: 50 })).toBe('template.tooManySteps');
    expect(codeOf(loop, {}, { maxOutputChars: 50 })).toBe('template.tooLong');
    expect(codeOf(loop, {}, { maxSteps: 1000, maxOutputChars: 190 })).toBe('rendered 190 characters');
  });

  it('B28 hold for deep inputs, once they are used', () => {
    const deep: Json = Array.from({ length: 20_000 }).reduce<Json>((inner) => [inner], 1);
    expect(codeOf('{{ deep }}', { deep })).toBe('template.failed');
    expect(codeOf('{{ other }}', { deep, other: 'x' })).toBe('rendered 1 characters');
  });

  it('leave a list that holds itself printable', () => {
    expect(renderTemplate('{% set l = [] %}{% set _ = l.append(l) %}{{ l }}', {})).toBe('[[...]]');
  });

  it('leave five rounds of a loop quick', () => {
    const template =
      '{% for u in users %}{{ loop.index }}. {{ u.name|upper }}{% if not loop.last %}, {% endif %}{% endfor %}';
    const users = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
    const times = Array.from({ length: 60 }, () => {
      const start = performance.now();
      renderTemplate(template, { users });
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

describe('a template', () => {
  it.each<Case>([
    ['constructors', "{{ name.constructor.constructor('return 1')() }}"],
    ['classes', "{{ ''.__class__.__mro__ }}"],
    ['prototypes', '{{ {}.__proto__.polluted }}'],
    ['globals of functions', '{{ range.__globals__.os }}'],
    ['attributes inside a pattern', "{{ '{0.__class__.__init__}'.format(name) }}"],
    ['attributes by filter', "{{ (name|attr('constructor')).x }}"],
    ['attributes of entries', "{{ [name]|map(attribute='constructor.constructor')|list }}"],
    ['filters with names of prototypes', "{{ [1]|map('constructor')|list }}"],
    ['tests with names of prototypes', "{{ [1]|select('toString')|list }}"],
  ])('B22 does not reach the host through %s', (_what, template) => {
    expect(codeOf(template, { name: 'x' })).toBe('template.failed');
  });

  it('B22 prints nothing for names of the host', () => {
    const names = ['constructor', '__proto__', '__class__', 'prototype', 'hasOwnProperty', 'toString', 'valueOf'];
    for (const name of names) {
      const template = `{{ ${name} }}{{ text.${name} }}{{ list['${name}'] }}{{ dict.${name} }}{{ n.${name} }}{{ range.${name} }}`;
      expect(renderTemplate(template, { text: 'x', list: [1], dict: {}, n: 1 })).toBe('');
    }
  });

  it('B23 assigns names of the host like any other', () => {
    const template =
      '{% set __proto__ = 1 %}{{ __proto__ }}{% set ns = namespace() %}{% set ns.__proto__ = 2 %}{{ ns.__proto__ }}' +
      "{{ {'__proto__': 3}.__proto__ }}{{ dict(constructor=4).constructor }}";
    expect(renderTemplate(template, {})).toBe('1234');
  });
});
