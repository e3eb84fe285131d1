import type { Json } from '@tenon/base';
import { renderTemplate } from './index.js';

// Every expected text is what Python's Jinja2 3.1.6 prints for the template and these inputs.
const INPUTS: Readonly<Record<string, Json>> = {
  name: 'Ada',
  n: 3,
  price: 2.5,
  whole: { $float: '1.0' },
  nothing: null,
  yes: true,
  no: false,
  words: ['pear', 'Apple', 'fig'],
  numbers: [3, 1, 2, 2],
  empty: [],
  users: [
    { name: 'Ann', age: 31, city: 'Rome', active: true },
    { name: 'Bob', age: 25, city: 'Oslo', active: false },
    { name: 'Cid', age: 31, city: 'Rome', active: true },
  ],
  user: { name: 'Ann', tags: ['x', 'y'], address: { city: 'Rome' } },
  scores: { b: 1, a: 2, C: 3 },
  html: '<a href="x">T&C\'s</a>',
  tree: [
    {
      name: 'a',
      children: [
        { name: 'b', children: [] },
        { name: 'c', children: [{ name: 'd', children: [] }] },
      ],
    },
  ],
};

type Case = readonly [does: string, template: string, text: string];

describe('a template', () => {
  describe('values and expressions', () => {
    it.each<Case>([
      ['prints a variable', 'Hello {{ name }}!', 'Hello Ada!'],
      [
        'reads attributes and indexes',
        "{{ user.address.city }} {{ user['name'] }} {{ user.tags[1] }} {{ user.tags.0 }}",
        'Rome Ann y x',
      ],
      ['prints nothing for a missing variable', '[{{ missing }}]', '[]'],
      ['prints nothing for a missing attribute', '[{{ user.missing }}]', '[]'],
      ['prints None, True and False', '{{ nothing }} {{ yes }} {{ no }}', 'None True False'],
      [
        'keeps integers and floats apart',
        '{{ n }} {{ whole }} {{ price }} {{ 6 / 2 }} {{ 7 // 2 }} {{ 7.0 // 2 }} {{ 1e16 }} {{ 2 ** 3 }} {{ 2 ** -1 }}',
        '3 1.0 2.5 3.0 3 3.0 1e+16 8 0.5',
      ],
      [
        'gives the remainder the sign of the divisor',
        '{{ -7 % 3 }} {{ 7 % -3 }} {{ -7 // 2 }} {{ -7.5 % 2 }}',
        '2 -2 -4 0.5',
      ],
      [
        'keeps integers of any size',
        '{{ 12345678901234567890 + 1 }} {{ 10 ** 20 }}',
        '12345678901234567891 100000000000000000000',
      ],
      [
        'prints lists, tuples and dicts as Python does',
        "{{ words }} {{ user }} {{ (1,) }} {{ [none, true, 1.0, 'it\\'s', '\\n'] }} {{ {1: 'a', none: 2} }}",
        "['pear', 'Apple', 'fig'] {'name': 'Ann', 'tags': ['x', 'y'], 'address': {'city': 'Rome'}} (1,) [None, True, 1.0, \"it's\", '\\n'] {1: 'a', None: 2}",
      ],
      [
        'concatenates with ~',
        "{{ 'a' ~ 1 ~ none ~ 1.0 ~ true }} {{ 'Total: ' + n ~ ' items' }}",
        'a1None1.0True Total: 3 items',
      ],
      ['repeats texts and lists', "{{ 'ab' * 3 }} {{ [0] * 2 }} {{ '-' * 0 }}|", 'ababab [0, 0] |'],
      [
        'slices',
        "{{ name[1:] }} {{ words[::-1] }} {{ numbers[:-1] }} {{ name[-1] }} {{ 'abcdef'[4:1:-1] }}",
        "da ['fig', 'Apple', 'pear'] [3, 1, 2] a edc",
      ],
      ['chains comparisons', '{{ 1 < n < 5 }} {{ 1 < n < 2 }} {{ (1 < 3) < 2 }}', 'True False True'],
      [
        'knows in and not in',
        "{{ 'fig' in words }} {{ 'da' in name }} {{ 'b' in scores }} {{ 9 not in numbers }}",
        'True True True True',
      ],
      [
        'joins conditions and gives back operands',
        "{{ n and name }} {{ '' or none or 'z' }} {{ not n }} {{ empty or 'none' }}",
        'Ada z False none',
      ],
      ['chooses with an inline if', "{{ 'a' if yes else 'b' }} {{ 'a' if no else 'b' }} [{{ 'a' if no }}]", 'a b []'],
      [
        'reads literals',
        "{{ 0x1F }} {{ 1_000 }} {{ 1.5e3 }} {{ 'a' \"b\" }} {{ '\\x41\\u00e9\\d' }} {{ [] }} {{ {} }} {{ () }} {{ 1, 2 }}",
        '31 1000 1500.0 ab Aé\\d [] {} () (1, 2)',
      ],
      ['knows names outside ASCII', "{% set größe = 2 %}{{ größe }} {{ {'标题': 'x'}.标题 }}", '2 x'],
      ['counts and cuts texts by code points', "{{ '😀é'|length }} {{ '😀é'[0] }} {{ '😀é'|reverse }}", '2 😀 é😀'],
    ])('%s', (_does, template, text) => {
      expect(renderTemplate(template, INPUTS)).toBe(text);
    });
  });

  describe('statements', () => {
    it.each<Case>([
      [
        'numbers the rounds of a loop',
        '{% for w in words %}{{ loop.index }}/{{ loop.length }} {{ w }}{% if not loop.last %}, {% endif %}{% endfor %}',
        '1/3 pear, 2/3 Apple, 3/3 fig',
      ],
      [
        'counts from both ends of a loop',
        '{% for w in words %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }} {% endfor %}',
        '032TrueFalse 121FalseFalse 210FalseTrue ',
      ],
      [
        'looks at the neighbours in a loop',
        "{% for w in words %}[{{ loop.previtem }}<{{ loop.nextitem }}{{ loop.cycle('odd', 'even') }}{{ loop.changed(w|length) }}]{% endfor %}",
        '[<AppleoddTrue][pear<figevenTrue][Apple<oddTrue]',
      ],
      [
        'renders else for an empty loop',
        '{% for x in empty %}x{% else %}empty{% endfor %}{% for x in missing %}x{% else %} missing{% endfor %}',
        'empty missing',
      ],
      [
        'loops over what a condition lets through',
        '{% for x in numbers if x > 1 %}{{ loop.index }}:{{ x }} {% endfor %}',
        '1:3 2:2 3:2 ',
      ],
      [
        'unpacks pairs',
        '{% for k, v in scores.items() %}{{ k }}={{ v }};{% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}',
        'b=1;a=2;C=3;123',
      ],
      [
        'loops recursively',
        '{% for x in tree recursive %}{{ loop.depth }}{{ x.name }}{% if x.children %}({{ loop(x.children) }}){% endif %}{% endfor %}',
        '1a(2b2c(3d))',
      ],
      [
        'leaves and goes on with a loop',
        '{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}',
        '0134',
      ],
      [
        'forgets what is set inside a loop',
        '{% set t = 0 %}{% for x in numbers %}{% set t = t + x %}{{ t }} {% endfor %}{{ t }}',
        '3 1 2 2 0',
      ],
      [
        'adds up in a namespace',
        '{% set ns = namespace(total=0) %}{% for x in numbers %}{% set ns.total = ns.total + x %}{% endfor %}{{ ns.total }}',
        '8',
      ],
      [
        'branches',
        '{% if n == 1 %}one{% elif n == 3 %}three{% else %}many{% endif %}{% if empty %}x{% endif %}',
        'three',
      ],
      [
        'sets values, pairs and blocks',
        '{% set a, b = 1, 2 %}{{ a + b }}{% set text | upper %}a {{ name }}{% endset %}{{ text }}',
        '3A ADA',
      ],
      [
        'calls macros with defaults',
        "{% macro tag(text, kind='b') %}<{{ kind }}>{{ text }}</{{ kind }}>{% endmacro %}{{ tag('x') }}{{ tag('y', kind='i') }}{{ tag() }}",
        '<b>x</b><i>y</i><b></b>',
      ],
      [
        'hands macros more arguments than they name',
        '{% macro m() %}{{ varargs }} {{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }} {{ m(*[4], **{"z": 5}) }}',
        "(1, 2) {'k': 3} (4,) {'z': 5}",
      ],
      [
        'lets a macro see its place of definition',
        '{% set g = 1 %}{% macro m() %}{{ g }}{{ local }}{% endmacro %}{% set g = 2 %}{% for local in [7] %}{{ m() }}{% endfor %}',
        '2',
      ],
      [
        'recurses in a macro',
        '{% macro down(k) %}{{ k }}{% if k %}{{ down(k - 1) }}{% endif %}{% endmacro %}{{ down(3) }}',
        '3210',
      ],
      [
        'calls back the body of a call block',
        '{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }}{% endfor %}{% endmacro %}{% call(x, i) each(words) %}{{ i }}={{ x }};{% endcall %}',
        '1=pear;2=Apple;3=fig;',
      ],
      ['filters a block', "{% filter upper|replace('A', '4') %}{{ name }} ab{% endfilter %}", '4D4 4B'],
      ['gives names to a part with with', '{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}[{{ a }}]', '13[]'],
      ['leaves raw text alone', '{% raw %}{{ name }} {% if %}{% endraw %}{{ name }}', '{{ name }} {% if %}Ada'],
      ['drops comments', 'a{# {{ name }} #}b', 'ab'],
      [
        'removes white space where a hyphen says so',
        'a  {{- " " -}}  b \n {%- if yes -%} \n c {%- endif %}\n d\n',
        'a bc\n d',
      ],
      ['keeps the line breaks around tags', '{% if yes %}\nx\n{% endif %}\ny\n\n', '\nx\n\ny\n'],
    ])('%s', (_does, template, text) => {
      expect(renderTemplate(template, INPUTS)).toBe(text);
    });
  });

  describe('filters', () => {
    it.each<Case>([
      [
        'joins',
        "{{ words|join(', ') }} {{ numbers|join }} {{ users|join('/', attribute='name') }}",
        'pear, Apple, fig 3122 Ann/Bob/Cid',
      ],
      [
        'falls back to a default',
        "{{ missing|default('d') }} {{ ''|default('e') }}|{{ ''|default('e', true) }} {{ nothing|d('x') }}",
        'd |e None',
      ],
      [
        'maps attributes and filters',
        "{{ users|map(attribute='name')|list }} {{ words|map('upper')|join(',') }} {{ users|map(attribute='zip', default='?')|first }}",
        "['Ann', 'Bob', 'Cid'] PEAR,APPLE,FIG ?",
      ],
      [
        'selects by attribute and test',
        "{{ users|selectattr('active')|map(attribute='name')|list }} {{ users|selectattr('age', '>', 30)|list|length }} {{ users|rejectattr('city', 'equalto', 'Rome')|map(attribute='name')|first }} {{ numbers|select('odd')|list }} {{ numbers|reject('divisibleby', 2)|list }}",
        "['Ann', 'Cid'] 2 Bob [3, 1] [3, 1]",
      ],
      [
        'writes JSON with sorted keys and safe for HTML',
        '{{ scores|tojson }} {{ html|tojson }} {{ [1.0, none, true, "é"]|tojson }}',
        '{"C": 3, "a": 2, "b": 1} "\\u003ca href=\\"x\\"\\u003eT\\u0026C\\u0027s\\u003c/a\\u003e" [1.0, null, true, "\\u00e9"]',
      ],
      [
        'indents JSON',
        '{{ user|tojson(indent=2) }}',
        '{\n  "address": {\n    "city": "Rome"\n  },\n  "name": "Ann",\n  "tags": [\n    "x",\n    "y"\n  ]\n}',
      ],
      [
        'changes case',
        "{{ 'hello wOrld'|title }} {{ 'hello'|capitalize }} {{ 'ab'|upper }} {{ 'AB'|lower }}",
        'Hello World Hello AB ab',
      ],
      [
        'trims, replaces and cuts',
        "{{ '  x '|trim }}| {{ 'aab'|replace('a', 'c', 1) }} {{ 'The quick brown fox jumps'|truncate(12) }} {{ 'The quick brown fox jumps'|truncate(12, true, '~') }} {{ 'almost short'|truncate(9) }}",
        'x| cab The... The quick b~ almost short',
      ],
      [
        'sorts',
        "{{ words|sort }} {{ numbers|sort(reverse=true) }} {{ users|sort(attribute='age,name')|map(attribute='name')|join }} {{ words|sort(case_sensitive=true)|first }}",
        "['Apple', 'fig', 'pear'] [3, 2, 2, 1] BobAnnCid Apple",
      ],
      [
        'removes duplicates and reverses',
        "{{ numbers|unique|list }} {{ ['a', 'A']|unique|list }} {{ numbers|reverse|list }}",
        "[3, 1, 2] ['a'] [2, 2, 1, 3]",
      ],
      [
        'groups',
        "{% for city, people in users|groupby('city') %}{{ city }}:{{ people|map(attribute='name')|join('+') }};{% endfor %}{% for g in users|groupby('age') %}{{ g.grouper }}={{ g.list|length }};{% endfor %}",
        'Oslo:Bob;Rome:Ann+Cid;25=1;31=2;',
      ],
      [
        'adds up and finds extremes',
        "{{ numbers|sum }} {{ numbers|min }} {{ numbers|max }} {{ users|sum(attribute='age') }} {{ words|max }} {{ numbers|first }} {{ numbers|last }}",
        '8 1 3 87 pear 3 2',
      ],
      [
        'rounds half to even',
        "{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 42.55|round(1, 'floor') }} {{ 42.51|round(1, 'ceil') }} {{ 42|round }} {{ 1234|round(-2) }} {{ -0.4|round }}",
        '2.0 4.0 2.67 42.5 42.6 42 1200 -0.0',
      ],
      [
        'converts numbers',
        "{{ '42.9'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ 'ff'|int(0, 16) }} {{ '2.5'|float }} {{ 3|float }} {{ -5|abs }} {{ 3.9|int }} {{ true|int }}",
        '42 0 7 255 2.5 3.0 5 3 1',
      ],
      [
        'sorts dicts and lists their items',
        '{{ scores|dictsort }} {{ scores|items|list }} {{ scores|list }} {{ scores|length }}',
        "[('a', 2), ('b', 1), ('C', 3)] [('b', 1), ('a', 2), ('C', 3)] ['b', 'a', 'C'] 3",
      ],
      [
        'cuts lists into rows and columns',
        "{{ numbers|batch(3, '-')|list }} {{ numbers|slice(3)|list }}",
        "[[3, 1, 2], [2, '-', '-']] [[3, 1], [2], [2]]",
      ],
      [
        'formats with a pattern',
        "{{ '%s is %d, %.2f%%|%05d|%-4s|%x'|format('Ann', 31, 99.5, 42, 'a', 255) }}",
        'Ann is 31, 99.50%|00042|a   |ff',
      ],
      [
        'escapes HTML once',
        '{{ html|e }} {{ html|e|e }} {{ html|safe }} {{ html|striptags }}',
        '&lt;a href=&#34;x&#34;&gt;T&amp;C&#39;s&lt;/a&gt; &lt;a href=&#34;x&#34;&gt;T&amp;C&#39;s&lt;/a&gt; <a href="x">T&C\'s</a> T&C\'s',
      ],
      ['indents and counts words', "{{ 'a\\nb\\n\\nc'|indent(2) }} {{ 'one two-three'|wordcount }}", 'a\n  b\n\n  c 3'],
      [
        'encodes URLs and sizes',
        "{{ 'a b/ü?'|urlencode }} {{ {'q': 'a b', 'n': 1}|urlencode }} {{ 1500|filesizeformat }} {{ 1|filesizeformat }}",
        'a%20b/%C3%BC%3F q=a+b&n=1 1.5 kB 1 Byte',
      ],
      [
        'turns texts into lists',
        "{{ 'abc'|list }} {{ 5|string ~ '!' }} {{ 'abc'|first }} {{ words|count }}",
        "['a', 'b', 'c'] 5! a 3",
      ],
    ])('%s', (_does, template, text) => {
      expect(renderTemplate(template, INPUTS)).toBe(text);
    });
  });

  describe('tests', () => {
    it.each<Case>([
      [
        'asks what a value is',
        '{{ n is defined }} {{ missing is defined }} {{ missing is undefined }} {{ nothing is none }} {{ name is string }} {{ n is number }} {{ n is integer }} {{ price is float }} {{ yes is boolean }} {{ user is mapping }} {{ words is iterable }} {{ words is sequence }}',
        'True False True True True True True True True True True True',
      ],
      [
        'takes an argument with and without brackets',
        '{{ n is divisibleby 3 }} {{ n is divisibleby(2) }} {{ n is eq 3 and n is gt 2 }} {{ n is in [1, 3] }} {{ n is not in [3] }}',
        'True False True True False',
      ],
      [
        'negates',
        '{{ n is not odd }} {{ n is even }} {{ not n is odd }} {{ name is not none }}',
        'False False False True',
      ],
    ])('%s', (_does, template, text) => {
      expect(renderTemplate(template, INPUTS)).toBe(text);
    });
  });

  describe('methods', () => {
    it.each<Case>([
      [
        'calls methods of texts',
        "{{ 'a,b'.split(',') }} {{ ' a b '.split() }} {{ name.upper() }} {{ 'x'.join(words) }} {{ name.startswith('A') }} {{ 'aXb'.replace('X', '-') }} {{ ' x '.strip() }} {{ 'abc'.find('c') }} {{ '7'.zfill(3) }} {{ '12'.isdigit() }} {{ \"they're\".title() }}",
        "['a', 'b'] ['a', 'b'] ADA pearxApplexfig True a-b x 2 007 True They'Re",
      ],
      [
        'formats with braces',
        "{{ '{} {}'.format(1, 'b') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x:>5}|{y:,.2f}'.format(x='a', y=1234.5) }} {{ '{:05d} {:.1%} {!r}'.format(42, 0.256, 'q') }}",
        "1 b aba     a|1,234.50 00042 25.6% 'q'",
      ],
      [
        'calls methods of dicts',
        "{{ scores.get('a') }} {{ scores.get('z') }} {{ scores.get('z', 0) }} {{ scores.keys()|list }} {{ scores.values()|sum }} {{ scores.items() }}",
        "2 None 0 ['b', 'a', 'C'] 6 dict_items([('b', 1), ('a', 2), ('C', 3)])",
      ],
      [
        'changes lists and dicts of the template',
        "{% set list = [] %}{% set _ = list.append(1) %}{{ list.extend([3, 2]) }}{{ list.pop(0) }}{{ list }}{% set d = dict(a=1) %}{% set _ = d.update({'b': 2}) %}{{ d }}",
        "None1[3, 2]{'a': 1, 'b': 2}",
      ],
      [
        'offers range, cycler and joiner',
        "{{ range(3)|list }} {{ range(8, 2, -3)|list }} {{ range(3) }} {% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }} {% set j = joiner('|') %}{{ j() }}x{{ j() }}y",
        '[0, 1, 2] [8, 5] range(0, 3) aba x|y',
      ],
    ])('%s', (_does, template, text) => {
      expect(renderTemplate(template, INPUTS)).toBe(text);
    });
  });
});
