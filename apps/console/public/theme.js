// Before the first paint, so that a page never flashes in the other theme.
const theme = localStorage.getItem('tenon.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;
