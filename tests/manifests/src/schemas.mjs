// Strict schemas of all kinds that the repository uses. Kinds without one are a problem, never skipped.
//
// - Kubernetes' own kinds: JSON schemas of the PyPI package kubernetes-validate, the newest version in it.
// - Operators' kinds: the npm packages @kubernetes-models. Their validators know formats, patterns and bounds but bear
//   with unknown fields; their TypeScript declarations don't, so objects are type-checked against those as well.
// - Kinds that no package has: JSON schemas in this folder's schemas/.
// - Where ../shared/schemas lies beside the checkout: those too, for every operator's kind.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';
import ts from 'typescript';
import { nameOf } from './kustomize.mjs';
import { FETCHED, SHARED_SCHEMAS } from './repo.mjs';

const PACKAGE = path.resolve(import.meta.dirname, '..');
const MODELS = path.join(PACKAGE, 'node_modules/@kubernetes-models');
const OWN = path.join(PACKAGE, 'schemas');
const KUBERNETES = path.join(FETCHED, 'kubernetes-validate/kubernetes_validate/kubernetes-json-schema');

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** @returns {{group: string, version: string, kind: string}} */
function typeOf(object) {
  const [version, group = ''] = String(object.apiVersion).split('/').reverse();
  return { group, version, kind: String(object.kind) };
}

const describe = (errors) => errors.map((error) => `${error.instancePath || '/'} ${error.message}${error.params?.additionalProperty ? ` (${error.params.additionalProperty})` : ''}`);

/** Patterns are Go's, with (?i) where case does not matter; JavaScript has a flag for the whole of it. */
function goRegExp(pattern, flags) {
  const bare = pattern.replaceAll('(?i)', '');
  return new RegExp(bare, bare === pattern ? flags : `${flags}i`);
}
goRegExp.code = 'goRegExp';

// Formats here are of numbers' widths and of texts that patterns say as well; what is checked is shape.
const newAjv = () => new Ajv2020({ allErrors: true, strict: false, validateFormats: false, code: { regExp: goRegExp } });

/** Kubernetes' own kinds, and those in schemas/, which refer to them. */
class JsonSchemas {
  #ajv = newAjv();
  #core = new Map();

  constructor() {
    const versions = readdirSync(KUBERNETES).filter((name) => name.endsWith('-local-strict'));
    const [newest] = versions.sort((a, b) => Number(b.match(/\.(\d+)\./)[1]) - Number(a.match(/\.(\d+)\./)[1]));
    const folder = path.join(KUBERNETES, newest);
    this.#ajv.addSchema(readJson(path.join(folder, '_definitions.json')));
    for (const file of readdirSync(folder)) {
      this.#core.set(file, path.join(folder, file));
    }
  }

  validator({ group, version, kind }) {
    const own = path.join(OWN, group, `${kind.toLowerCase()}_${version}.json`);
    if (group !== '' && existsSync(own)) {
      return this.#compile(own);
    }
    // apps → apps, networking.k8s.io → networking, rbac.authorization.k8s.io → rbac
    const suffix = group === '' ? 'core' : group.split('.')[0];
    const file = this.#core.get(`${kind.toLowerCase()}-${suffix}-${version}.json`) ?? (group === '' ? this.#core.get(`${kind.toLowerCase()}-${version}.json`) : undefined);
    if (file === undefined) {
      return undefined;
    }
    const types = readJson(file)['x-kubernetes-group-version-kind'] ?? [];
    return types.some((type) => type.group === group && type.version === version && type.kind === kind) ? this.#compile(file) : undefined;
  }

  #compile(file) {
    const schema = readJson(file);
    const validate = this.#ajv.getSchema(schema.$id) ?? this.#ajv.compile(schema);
    return (object) => (validate(object) ? [] : describe(validate.errors));
  }
}

/** The schemas beside the checkout. */
class SharedSchemas {
  #ajv = newAjv();
  #compiled = new Map();

  validator({ group, version, kind }) {
    const file = path.join(SHARED_SCHEMAS, group, `${kind.toLowerCase()}_${version}.json`);
    if (group === '' || !existsSync(file)) {
      return undefined;
    }
    if (!this.#compiled.has(file)) {
      const { $schema, ...schema } = readJson(file);
      this.#compiled.set(file, this.#ajv.compile(schema));
    }
    const validate = this.#compiled.get(file);
    return (object) => (validate(object) ? [] : describe(validate.errors));
  }
}

/** The module of @kubernetes-models that has a kind, or undefined. */
function modelOf({ group, version, kind }) {
  for (const name of readdirSync(MODELS)) {
    const folder = path.join(MODELS, name, group, version);
    if (group !== '' && existsSync(path.join(folder, `${kind}.d.ts`))) {
      return { name, specifier: `@kubernetes-models/${name}/${group}/${version}/${kind}`, file: path.join(folder, `${kind}.js`) };
    }
  }
  return undefined;
}

/**
 * What TypeScript says of objects written as literals of their kinds' declared types.
 * @param {{object: object, model: {specifier: string}}[]} typed
 * @returns {string[][]} problems, object by object
 */
function typeCheck(typed) {
  const folder = path.join(PACKAGE, 'virtual');
  const sources = new Map(
    typed.map(({ object, model }, index) => [
      path.join(folder, `object-${index}.ts`),
      `import type { I${object.kind} } from '${model.specifier}';\nexport const object: I${object.kind} = ${JSON.stringify(object, null, 1)};\n`,
    ]),
  );
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists.call(host, file);
  host.readFile = (file) => sources.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, languageVersion) =>
    sources.has(file) ? ts.createSourceFile(file, sources.get(file), languageVersion) : getSourceFile.call(host, file, languageVersion);
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].map(([file, source]) =>
    program.getSemanticDiagnostics(program.getSourceFile(file)).map((diagnostic) => {
      const line = source.slice(0, diagnostic.start).split('\n').length;
      return `${source.split('\n')[line - 1].trim()} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ').slice(0, 400)}`;
    }),
  );
}

const requireModel = createRequire(import.meta.url);

export class Schemas {
  #json = new JsonSchemas();
  #shared = existsSync(SHARED_SCHEMAS) ? new SharedSchemas() : undefined;

  /**
   * What is wrong with each object.
   * @param {object[]} objects
   * @returns {Promise<string[][]>} problems, object by object
   */
  async validate(objects) {
    const problems = objects.map(() => []);
    const typed = [];
    for (const [index, object] of objects.entries()) {
      const say = (found) => problems[index].push(...found.map((problem) => `${nameOf(object)}: ${problem}`));
      const type = typeOf(object);
      const bySchema = this.#json.validator(type);
      const model = bySchema === undefined ? modelOf(type) : undefined;
      if (bySchema !== undefined) {
        say(bySchema(object));
      } else if (model !== undefined) {
        const whole = withClaimsNamed(object);
        say(await byModel(model, type.kind, whole));
        typed.push({ index, object: whole, model });
      } else {
        say([`no schema of ${object.apiVersion} ${object.kind}`]);
      }
      const byShared = this.#shared?.validator(type);
      if (byShared !== undefined) {
        say(byShared(object));
      }
    }
    for (const [place, found] of typeCheck(typed).entries()) {
      const { index, object } = typed[place];
      problems[index].push(...found.map((problem) => `${nameOf(object)}: ${problem}`));
    }
    return problems;
  }
}

/** Of a claim's template the CRDs want neither apiVersion nor kind; the package of Prometheus wants both, by names of its own. */
function withClaimsNamed(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withClaimsNamed);
  const named = ([key, inner]) => [key, key === 'volumeClaimTemplate' ? { apiVersion: 'monitoring.coreos.com/v1', kind: 'EmbeddedPersistentVolumeClaim', ...inner } : withClaimsNamed(inner)];
  return Object.fromEntries(Object.entries(value).map(named));
}

async function byModel(model, kind, object) {
  const Model = (await import(pathToFileURL(requireModel.resolve(model.file)).href))[kind];
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [String(error.message)];
  }
}
