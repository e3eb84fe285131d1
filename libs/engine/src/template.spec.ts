import type { Selector } from './plan.js';
import { fillTemplate, parseTemplate, selectorsIn } from './template.js';
import { toMarkdown } from './text-form.js';
import type { Value } from './value.js';

describe('parseTemplate', () => {
  it('splits a text at its placeholders', () => {
    expect(parseTemplate('a{{#llm.text#}}{{#sys.query#}} b')).toEqual([
      { text: 'a' },
      { selector: ['llm', 'text'] },
      { selector: ['sys', 'query'] },
      { text: ' b' },
    ]);
    expect(parseTemplate('')).toEqual([]);
  });

  it.each([
    '{{#context#}}',
    '{{# llm.text #}}',
    '{{#llm.te-xt#}}',
    '{{#llm.list.0#}}',
    '{{llm.text}}',
    '{{#llm.#}}',
    `{{#llm.${'x'.repeat(31)}#}}`,
    `{{#${'n'.repeat(51)}.x#}}`,
    `{{#n${'.x'.repeat(11)}#}}`,
  ])('leaves %s as text', (text) => {
    expect(parseTemplate(text)).toEqual([{ text }]);
  });

  it('takes the longest forms that are allowed', () => {
    const id = 'n'.repeat(50);
    expect(selectorsIn(`{{#${id}${`.${'x'.repeat(30)}`.repeat(10)}#}}`)).toHaveLength(1);
    expect(selectorsIn('{{#1719.a#}} {{#1719.a#}}')).toEqual([
      ['1719', 'a'],
      ['1719', 'a'],
    ]);
  });

  it('stays quick on a text that only looks like placeholders', () => {
    const text = '{{#'.repeat(20_000) + 'a.'.repeat(20_000);
    expect(parseTemplate(text)).toEqual([{ text }]);
  });
});

describe('fillTemplate', () => {
  const values: Readonly<Record<string, Value>> = { 'a.list': ['x', 'y'], 'a.none': null, 'a.flag': true };
  const lookup = (selector: Selector) => values[selector.join('.')];

  it('B61 fills in texts, and the bare name where nothing resolves', () => {
    expect(fillTemplate('<{{#a.list#}}|{{#a.none#}}|{{#a.flag#}}|{{#b.c#}}>', lookup)).toBe('<["x", "y"]||True|b.c>');
  });

  it('uses the rendering it is given, on segments as on text', () => {
    expect(fillTemplate(parseTemplate('{{#a.list#}}'), lookup, toMarkdown)).toBe('- x\n- y');
  });

  it('B24 does not look into what it has filled in', () => {
    expect(fillTemplate('{{#x.y#}}', () => '{{#a.flag#}}')).toBe('{{#a.flag#}}');
  });
});
