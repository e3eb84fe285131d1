import { isTenonError, type Json } from '@tenon/base';
import { parseTemplate, renderTemplate } from './template.js';

function errorOf(run: () => unknown): { code: string; kind: string; message: string; details: unknown } {
  try {
    run();
  } catch (error) {
    if (!isTenonError(error)) throw error;
    return { code: error.code, kind: error.kind, message: error.message, details: error.details };
  }
  throw new Error('nothing was thrown');
}

const invalid = (template: string): string => {
  const error = errorOf(() => parseTemplate(template));
  expect([error.code, error.kind]).toEqual(['template.invalid', 'invalid']);
  return error.message;
};
const failed = (template: string, inputs: Record<string, Json> = {}): string => {
  const error = errorOf(() => renderTemplate(template, inputs));
  expect([error.code, error.kind]).toEqual(['template.failed', 'invalid']);
  return error.message;
};

describe('a template that is none', () => {
  it('names the line of the mistake in message and details', () => {
    const error = errorOf(() => parseTemplate('one\n{{ name }}\n\n{{ a b }}'));
    expect(error).toMatchObject({ message: "Line 4: unexpected 'b'.", details: { line: 4 } });
  });

  it('names the line inside a tag of several lines', () => {
    expect(invalid('{{ [1,\n 2,\n ?] }}')).toBe("Line 3: unexpected character '?'.");
    expect(invalid('{{ "a\nb" ~\n }}')).toBe("Line 2: unexpected '}}'.");
  });

  it('counts lines with every kind of line break', () => {
    expect(invalid('a\r\nb\rc\nd {{')).toBe("Line 4: '}}' is missing.");
  });

  it('tells which tag is not closed and which does not fit', () => {
    expect(invalid('{% if a %}\n{% for x in y %}\n{% endif %}')).toBe(
      "Line 3: 'endif' does not close the tag 'for' of line 2.",
    );
    expect(invalid('\n{% macro m() %}')).toBe("Line 2: the tag 'macro' is not closed.");
    expect(invalid('{% endfor %}')).toBe("Line 1: 'endfor' closes no tag.");
    expect(invalid('{% else %}')).toBe("Line 1: unexpected 'else'.");
    expect(invalid('{% for x in y %}{% elif z %}{% endfor %}')).toBe("Line 1: unexpected 'elif'.");
    expect(invalid('{% break %}')).toBe("Line 1: 'break' is not inside a loop.");
  });

  it('tells which brackets, strings and comments are not closed', () => {
    expect(invalid('{{ (1 }}')).toBe("Line 1: unexpected '}', expected ')'.");
    expect(invalid("{{ 'a }}")).toBe('Line 1: a string is not closed.');
    expect(invalid('\n{# a')).toBe("Line 2: a comment is not closed with '#}'.");
    expect(invalid('{% raw %}{{ a }}')).toBe("Line 1: the tag 'raw' is not closed.");
  });

  it('tells which filter, test or tag does not exist', () => {
    expect(invalid('\n{{ a|shout }}')).toBe("Line 2: no filter named 'shout'.");
    expect(invalid('{% for x in y if x is shiny %}{% endfor %}')).toBe("Line 1: no test named 'shiny'.");
    expect(invalid("{% include 'x' %}")).toBe("Line 1: the tag 'include' is not known.");
    expect(invalid('{{ a|random }}')).toBe("Line 1: no filter named 'random'.");
  });

  it('asks for a filter in a branch only when the branch is taken', () => {
    expect(renderTemplate('{% if a %}{{ a|shout }}{% endif %}ok', {})).toBe('ok');
    expect(failed('{% if a %}\n{{ a|shout }}{% endif %}', { a: 1 })).toBe("Line 2: no filter named 'shout'.");
  });

  it('is refused for assignments to what is no name', () => {
    expect(invalid('{% set true = 1 %}')).toBe("Line 1: nothing can be assigned to 'true'.");
    expect(invalid('{% for none in [1] %}{% endfor %}')).toBe("Line 1: nothing can be assigned to 'none'.");
    expect(invalid('{% set f() = 1 %}')).toBe('Line 1: a value can be assigned to a name only.');
    expect(invalid('{% macro m(False) %}{% endmacro %}')).toBe("Line 1: nothing can be assigned to 'False'.");
  });

  it('is refused when an operator or a comma is missing', () => {
    for (const template of ['{{ [a b] }}', '{{ f(a b) }}', '{{ {"a" b} }}', '{{ a not b }}', '{{ 1 == not b }}']) {
      expect(invalid(template)).toContain('Line 1: unexpected');
    }
  });

  it('leaves out nothing between the delimiters', () => {
    expect(invalid('{{ }}')).toBe("Line 1: an expression is missing between '{{' and '}}'.");
    expect(invalid('{% for x in %}{% endfor %}')).toBe("Line 1: an expression is missing after 'in'.");
    expect(invalid('{% set x = %}')).toBe("Line 1: an expression is missing after '='.");
    expect(invalid('{% if %}{% endif %}')).toBe("Line 1: the tag 'if' is not complete.");
    expect(invalid('{{ a is }}')).toBe("Line 1: the name of a test is missing after 'is'.");
  });
});

describe('a template that fails', () => {
  it('names the line of the statement at work', () => {
    const error = errorOf(() => renderTemplate('a\n{% for x in [1, 0] %}\n{{ 1 / x }}{% endfor %}', {}));
    expect(error).toMatchObject({ message: 'Line 3: division by zero.', details: { line: 3 } });
  });

  it('names the line inside a macro, and the line of the call after it', () => {
    const macro = '{% macro m(a) %}\n{{ a.b.c }}\n{% endmacro %}\n';
    expect(failed(`${macro}{{ m({}) }}`)).toBe("Line 2: 'dict object' has no attribute 'b'.");
    expect(failed(`${macro}{{ m({'b': {}}) ~ (1 + 'a') }}`)).toContain('Line 4: unsupported operand');
    expect(failed('{% if a %}\n{% elif a.b %}\n{% endif %}')).toBe("Line 2: 'a' is undefined.");
  });

  it('says what is undefined', () => {
    expect(failed('{{ user.name }}')).toBe("Line 1: 'user' is undefined.");
    expect(failed('{{ user.name.first }}', { user: {} })).toBe("Line 1: 'dict object' has no attribute 'name'.");
    expect(failed('{{ missing + 1 }}')).toBe("Line 1: 'missing' is undefined.");
    expect(failed('{{ missing() }}')).toBe("Line 1: 'missing' is undefined.");
  });

  it('says which arguments do not fit', () => {
    expect(failed("{{ 'a'|replace('b') }}")).toBe("Line 1: replace() missing required argument: 'new'.");
    expect(failed("{{ 'a'|upper(1) }}")).toBe('Line 1: upper() takes at most 0 arguments (1 given).');
    expect(failed("{{ 'a'|trim(side='x') }}")).toBe("Line 1: trim() got an unexpected keyword argument 'side'.");
    expect(failed("{{ [1]|join(',', d='x') }}")).toBe("Line 1: join() got multiple values for argument 'd'.");
    expect(failed('{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}')).toContain("macro 'm' takes not more than 1");
  });
});
