const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'nodes', rootDir: __dirname };
