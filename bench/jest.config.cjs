const { node } = require('../jest.preset.cjs');
module.exports = { ...node(), displayName: 'bench', rootDir: `${__dirname}/src` };
