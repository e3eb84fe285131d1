import { choicesGrammar } from './choices-grammar.js';

it('allows exactly the choices', () => {
  expect(choicesGrammar(['technical question', 'chat'])).toBe('root ::= "technical question" | "chat"');
});

it('writes what could end or change the text by its number', () => {
  expect(choicesGrammar(['a"|"b\\', '两\n', '🙂', '[^x]'])).toBe(
    'root ::= "a\\u0022\\u007c\\u0022b\\u005c" | "\\u4e24\\u000a" | "\\U0001f642" | "\\u005b\\u005ex\\u005d"',
  );
});
