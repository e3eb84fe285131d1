const { node } = require('../jest.preset.cjs');
module.exports = { ...node(), displayName: 'tools', rootDir: __dirname };
