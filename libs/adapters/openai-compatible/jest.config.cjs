const { node } = require('../../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'openai-compatible', rootDir: __dirname };
