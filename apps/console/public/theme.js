// Before the first paint, so that a page never flashes in the other theme.
try {
  const theme = localStorage.getItem('tenon.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;
} catch {
  // a browser that gives no storage has none chosen
}
