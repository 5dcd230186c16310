// What e2e.cmake hands to the tests: paths of the programs, the bundled page and the folder for screenshots.

export function need(name) {
  const value = process.env[`VERIFYD_E2E_${name}`];
  if (!value) throw new Error(`VERIFYD_E2E_${name} is not set: run the tests with ctest`);
  return value;
}
