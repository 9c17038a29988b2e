import { brokenJson } from "./broken-json.ts";
import type { SimWorld } from "./sim-world.ts";

/** What the world is at one moment; never changed. */
export interface Place {
  readonly id: number;
  readonly world: SimWorld;
  /** What no world may be. */
  readonly broken: string | undefined;
}

/** Worlds that no process can tell apart are one. */
export class Places {
  readonly #known = new Map<string, Place>();

  of(world: SimWorld): Place {
    const key = world.fingerprint();
    const known = this.#known.get(key);
    if (known) return known;
    const place: Place = { id: this.#known.size, world, broken: brokenJson(world) };
    this.#known.set(key, place);
    return place;
  }
}
