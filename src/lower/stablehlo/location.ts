/** `file.ts:41` as a location attribute. */
export function locationText(loc: string): string {
  const [, file, line] = /^(.*):(\d+)$/.exec(loc) ?? []
  return file === undefined ? ` loc(${JSON.stringify(loc)})` : ` loc(${JSON.stringify(file)}:${line}:1)`
}

/** A module without the lines of sources, which change when something is added above them and mean nothing. */
export const withoutLocations = (text: string): string =>
  text.replaceAll(/ loc\("(?:[^"\\]|\\.)*"(?::\d+:1)?\)/g, '')
