import type { View } from './evaluate.ts';
import { route } from './route.ts';
import { givenUp } from './why.ts';

/** Where the stick goes: the shortest way on, or to those who can let go of an attempt that is being given up. */
export function wayOn(view: View, from: string | undefined): string[] {
  const way = route(view, from);
  const { death, proof } = view.current;
  return way.length > 0 || death !== null || proof !== null ? way : givenUp(view).map(({ member }) => member);
}
