// SPDX-License-Identifier: Apache-2.0
// Before the first paint: the theme that was chosen here, where one was. Without one the system's preference holds.
try {
  const chosen = localStorage.getItem('fanfare.theme');
  if (chosen === 'dark' || chosen === 'light') {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // No storage here: the system's preference.
}
