import assert from 'node:assert/strict';

/** Fails with the problems, if there are any, and says each once. */
export function none(problems) {
  const different = [...new Set(problems)];
  if (different.length > 0) {
    const shown = different.slice(0, 60).map((problem) => `\n  ${problem}`).join('');
    assert.fail(`${different.length} problems:${shown}${different.length > 60 ? '\n  …' : ''}`);
  }
}
