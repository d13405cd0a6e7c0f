import 'server-only'
import { buildItem, type RegistryItem, type Sources } from './build'
import { items } from './items'

/** The list of all items: https://ui.shadcn.com/docs/registry/registry-json */
interface RegistryIndex {
  $schema: string
  name: string
  homepage: string
  items: { name: string; type: 'registry:item'; title: string; description: string }[]
}

export const registryFiles: readonly string[] = [
  'registry.json',
  ...Object.keys(items).map((name) => `${name}.json`),
]

/** A file of the registry by its name; null if there is no such file. `origin`: where `/r` is served. */
export function registryFile(
  name: string,
  sources: Sources,
  origin: string,
): RegistryItem | RegistryIndex | null {
  // A deployment without its sources has no registry.
  if (!registryFiles.includes(name) || sources.read('lib/registry/items.ts') === null) return null
  if (name !== 'registry.json') return buildItem(name.replace(/\.json$/, ''), sources, origin)
  return {
    $schema: 'https://ui.shadcn.com/schema/registry.json',
    name: 'uid2-reference-publisher',
    homepage: origin,
    items: Object.entries(items).map(([item, { title, description }]) => ({
      name: item,
      type: 'registry:item',
      title,
      description,
    })),
  }
}
