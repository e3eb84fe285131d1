const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'code-runner', rootDir: __dirname };
