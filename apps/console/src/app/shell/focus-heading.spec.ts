import { focusHeading } from './focus-heading.js';

let content: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = '<button>elsewhere</button><main tabindex="-1"></main>';
  content = document.querySelector('main') as HTMLElement;
});

/** The page has something to show at last. */
async function show(html: string): Promise<void> {
  content.innerHTML = html;
  await new Promise((resolve) => setTimeout(resolve)); // observers are told after what is under way
}
const withKeyboard = () => document.activeElement?.localName;

it('waits for the heading in the content, then takes it', async () => {
  focusHeading(content);
  await show('<p>Loading</p>');
  expect(withKeyboard()).toBe('main');
  await show('<h1>Apps</h1>');
  expect(withKeyboard()).toBe('h1');
});

it('takes one that is there at once', () => {
  content.innerHTML = '<h1>Apps</h1>';
  focusHeading(content);
  expect(withKeyboard()).toBe('h1');
});

it('leaves whoever went on where they are', async () => {
  focusHeading(content);
  document.querySelector('button')?.focus();
  await show('<h1>Apps</h1>');
  expect(withKeyboard()).toBe('button');
});

it('waits no longer when another page is on its way', async () => {
  focusHeading(content)();
  await show('<h1>Apps</h1>');
  expect(withKeyboard()).toBe('main');
});
