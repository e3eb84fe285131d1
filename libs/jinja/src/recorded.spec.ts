import type { Json } from '@tenon/base';
import recorded from './__fixtures__/jinja2-3.1.json';
import { isTenonError } from '@tenon/base';
import { renderTemplate } from './index.js';

// What Python's Jinja2 3.1.6 made of each template, with its default settings and loop controls.
const inputs = recorded.inputs as unknown as Readonly<Record<string, Json>>;

function codeOf(template: string): string {
  try {
    return `rendered: ${renderTemplate(template, inputs)}`;
  } catch (error) {
    return isTenonError(error) ? error.code : `not a typed error: ${String(error)}`;
  }
}

describe('the recorded templates', () => {
  it('render as in Jinja2', () => {
    const differing = recorded.rendered.filter(({ template, text }) => codeOf(template) !== `rendered: ${text}`);
    expect(differing).toEqual([]);
    expect(recorded.rendered.length).toBeGreaterThan(150);
  });

  it('fail with a typed error where Jinja2 raises', () => {
    const failing = recorded.failing.filter(({ template }) => !/^template\.(invalid|failed)$/.test(codeOf(template)));
    expect(failing).toEqual([]);
    expect(recorded.failing.length).toBeGreaterThan(100);
  });

  it('are refused before rendering when Jinja2 does not compile them', () => {
    const syntax = recorded.failing.filter(({ python }) => /^Template(Syntax|Assertion)Error/.test(python));
    expect(syntax.map(({ template }) => codeOf(template))).toEqual(syntax.map(() => 'template.invalid'));
  });
});
