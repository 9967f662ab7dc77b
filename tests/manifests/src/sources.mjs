// What functions do to collections, which events they emit and which variables they read, by their sources, so that
// grants.toml and spin.toml can be held against them: a grant without use is too much, a use without grant a 403 at run time.
import { FILES, text } from './repo.mjs';

const DECLARED = /pub const (\w+): Collection<\w+> = Collection::new\("(\w+)"\)/g;
// What a call on a collection needs; spend and clear are the kit's quotas, which count in a collection they are given.
const CALLS = [
  [/\bfind\(\s*(\w+),/g, ['read']],
  [/\b(\w+)\.query\(/g, ['read']],
  [/\.query\(\s*(\w+)\s*\)/g, ['read']],
  [/\.insert\(\s*(\w+),/g, ['insert']],
  [/\.update\(\s*(\w+),/g, ['update']],
  [/\.upsert\(\s*(\w+),/g, ['upsert']],
  [/\.delete\(\s*(\w+),/g, ['delete']],
  [/\.spend\([^,()]*,\s*(\w+)\s*\)/g, ['insert', 'update']],
  [/\.clear\(\s*(\w+),/g, ['delete']],
];
// Variables that the kit reads for whoever uses these of it.
const KIT = [
  [/\b(Caller|SignedIn)\b/, ['jwt_public_key']],
  [/\.bridge\(\)/, ['bridge_url', 'bridge_token']],
  [/\bbridge_is_ready\(/, ['bridge_url']],
];
const READ = /\b(?:parsed_)?variable\((?:&\w+,\s*)?"(\w+)"|\bfunction_token\([^,]+,\s*"(\w+)"|\.service\(\s*"(\w+)",\s*"(\w+)"/g;
const EMIT = /\.emit\(\s*"([\w.]+)"/g;

/** A file without its tests and comments. */
const code = (file) => text(file).split(/^#\[cfg\(test\)\]/m)[0].replaceAll(/^\s*\/\/.*$/gm, '');

/** Top-level items of a file by name, each with its text and, for types, those of its impl blocks. */
function itemsOf(source) {
  const items = new Map();
  const blocks = source.split(/^(?=(?:pub(?:\([a-z]+\))? )?(?:async fn|const fn|fn|struct|enum|impl|const|static|trait|type)\b)/m);
  for (const block of blocks) {
    const name = block.match(/^(?:pub(?:\([a-z]+\))? )?(?:(?:async |const )?fn|struct|enum|const|static|trait|type) (\w+)/)?.[1] ?? block.match(/^impl(?:<[^>]*>)? (?:[\w:<>', ]+ for )?(\w+)/)?.[1];
    if (name !== undefined) {
      items.set(name, (items.get(name) ?? '') + block);
    }
  }
  return items;
}

/**
 * @param {Record<string, {domain: string}>} components
 * @returns {Record<string, {access: Record<string, string[]>, emits: string[], variables: string[]}>}
 */
export function accessesOf(components) {
  const rust = FILES.filter((file) => /^functions\/.*\/src\/.*\.rs$/.test(file)).map((file) => ({ file, source: code(file) }));
  const collections = new Map(rust.flatMap(({ source }) => [...source.matchAll(DECLARED)].map(([, constant, name]) => [constant, name])));
  const models = rust.filter(({ file }) => file.split('/')[2] === 'model').flatMap(({ source }) => [...itemsOf(source)]);
  return Object.fromEntries(
    Object.entries(components).map(([name, { domain }]) => {
      const own = rust.filter(({ file }) => file.startsWith(`functions/${domain}/${name}/`)).map(({ source }) => source).join('\n');
      const reached = [own, ...usedItems(own, models)].join('\n');
      const access = {};
      for (const [pattern, verbs] of CALLS) {
        for (const [, constant] of reached.matchAll(pattern)) {
          const collection = collections.get(constant);
          if (collection !== undefined) {
            access[collection] = [...new Set([...(access[collection] ?? []), ...verbs])];
          }
        }
      }
      const variables = [...[...own.matchAll(READ)].flatMap(([, ...names]) => names.filter((read) => read !== undefined)), ...KIT.flatMap(([used, names]) => (used.test(own) ? names : []))];
      return [name, { access, emits: [...new Set([...own.matchAll(EMIT)].map(([, kind]) => kind))], variables: [...new Set(variables)] }];
    }),
  );
}

/** The methods of model types, and the functions, that a source calls: those whose text matters to it. */
function usedItems(source, models) {
  const names = new Set(source.match(/\b\w+\b/g));
  return models
    .filter(([name]) => names.has(name))
    .flatMap(([, block]) => block.split(/^(?=\s*(?:pub(?:\([a-z]+\))? )?(?:const |async )?fn )/m))
    .filter((method) => {
      const called = method.match(/^\s*(?:pub(?:\([a-z]+\))? )?(?:const |async )?fn (\w+)/)?.[1];
      return called !== undefined && new RegExp(`\\b${called}\\(`).test(source);
    });
}
