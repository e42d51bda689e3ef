/**
 * One way for one stick through several ceremonies: the shortest order of machines that holds the route of each, so that
 * a stop serves as many of them as it can. Two routes at a time, which for more than two is near the shortest.
 */
export function together(routes: readonly (readonly string[])[]): string[] {
  return routes.reduce<string[]>((all, way) => merged(all, way), []);
}

/** The shortest common supersequence; where either could come first, the earlier route does. */
function merged(one: readonly string[], other: readonly string[]): string[] {
  // longest[i][j]: how many stops one from i on and other from j on can share
  const longest = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  const shared = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      const here = one[i] === other[j] ? 1 + shared(i + 1, j + 1) : Math.max(shared(i + 1, j), shared(i, j + 1));
      (longest[i] as number[])[j] = here;
    }
  }
  const way: string[] = [];
  let [i, j] = [0, 0];
  while (i < one.length && j < other.length) {
    if (one[i] === other[j]) {
      way.push(one[i] as string);
      i++;
      j++;
    } else if (shared(i + 1, j) >= shared(i, j + 1)) way.push(one[i++] as string);
    else way.push(other[j++] as string);
  }
  return [...way, ...one.slice(i), ...other.slice(j)];
}
