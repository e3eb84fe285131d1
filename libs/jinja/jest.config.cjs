const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'jinja', rootDir: __dirname };
