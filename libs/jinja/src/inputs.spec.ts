import type { Json } from '@tenon/base';
import { parseTemplate, renderTemplate } from './template.js';

const render = (template: string, inputs: Readonly<Record<string, Json>> = {}): string =>
  renderTemplate(template, inputs);

describe('the inputs of a template', () => {
  it('keep integers, floats and large integers apart', () => {
    const inputs = { a: 1, b: { $float: '1.0' }, c: { $int: '12345678901234567890' }, d: 1.5, e: { $float: 'inf' } };
    expect(render('{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ [a, b, c] }}', inputs)).toBe(
      '1 1.0 12345678901234567890 1.5 inf [1, 1.0, 12345678901234567890]',
    );
  });

  it('add without losing digits', () => {
    expect(render('{{ c + 1 }} {{ a / 1 }}', { a: 1, c: { $int: '9007199254740993' } })).toBe('9007199254740994 1.0');
  });

  it('print None for null and nothing for what is absent', () => {
    expect(render('[{{ a }}][{{ b }}]', { a: null })).toBe('[None][]');
  });

  it('get back keys that start with a dollar sign', () => {
    const value = { $$float: '1.0', $$$x: 2, $schema: 's', plain: 3 };
    expect(render('{{ v }}', { v: value })).toBe("{'$float': '1.0', '$$x': 2, '$schema': 's', 'plain': 3}");
    expect(render("{{ v['$float'] }}", { v: value })).toBe('1.0');
  });

  it('are refused while they are references', () => {
    expect(() => render('{{ v }}', { v: { $ref: { key: 'k' } } })).toThrow('Line 1: an input holds a reference');
    expect(() => render('{{ v.secret }}', { v: { secret: { $secret: 'KEY' } } })).toThrow('reference');
  });

  it('may have the name of a function, and hide it', () => {
    expect(render('{{ range }} {{ dict }} {{ namespace }}', { range: 'r', dict: 'd', namespace: 'n' })).toBe('r d n');
  });

  it('do not hide true, false and none', () => {
    expect(render('{{ true }} {{ none }} {{ False }}', { true: 'x', none: 'y', False: 'z' })).toBe('True None False');
  });

  it('may be called loop, and are hidden by a loop', () => {
    expect(render('{{ loop }}{% for x in [1] %}{{ loop.index }}{% endfor %}', { loop: 'l' })).toBe('l1');
  });

  it('may have the names of object prototypes', () => {
    const inputs = JSON.parse('{"__proto__": "p", "constructor": "c", "toString": "t"}') as Record<string, Json>;
    expect(render('{{ __proto__ }} {{ constructor }} {{ toString }} {{ hasOwnProperty }}', inputs)).toBe('p c t ');
  });

  it('are printed, never parsed', () => {
    const text = "{{ 7 * 7 }}{% for x in range(3) %}{# c #}{{ ''.__class__ }}";
    expect(render('{{ text }}{% set copy = text %}{{ copy }}{{ [text]|join }}', { text })).toBe(text.repeat(3));
  });

  it('are not changed by methods of the template', () => {
    const inputs = { list: [1] };
    expect(render('{% set _ = list.append(2) %}{{ list }}', inputs)).toBe('[1, 2]');
    expect(inputs).toEqual({ list: [1] });
  });

  it('differ from one rendering of a parsed template to the next', () => {
    const template = parseTemplate('{% set n = n + 1 %}{{ n }}');
    expect([template.render({ n: 1 }), template.render({ n: 5 }), template.render({ n: 1 })]).toEqual(['2', '6', '2']);
  });
});
