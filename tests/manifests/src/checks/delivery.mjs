// What ArgoCD may deploy, and that it deploys each part.
import { nameOf } from '../kustomize.mjs';
import { minus } from './words.mjs';

/** What ArgoCD is to deploy exists, and its project lets it. */
export function argocdMayDeployWhatThereIs(model) {
  const problems = [];
  const projects = model.delivery.filter((object) => object.kind === 'AppProject');
  for (const { where, source, project, namespaces } of deliveries(model)) {
    const say = (problem) => problems.push(`${where}: ${problem}`);
    const objects = model.rendered[source];
    if (objects === undefined) { say(`no kustomization ${source}`); continue; }
    const { spec } = projects.find((candidate) => candidate.metadata.name === project) ?? {};
    if (spec === undefined) { say(`no AppProject ${project}`); continue; }
    for (const object of objects) {
      const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
      const { namespace } = object.metadata;
      const clusterWide = namespace === undefined;
      const list = clusterWide ? spec.clusterResourceWhitelist : spec.namespaceResourceWhitelist;
      const named = (entry) => entry.name === undefined || glob(entry.name, object.metadata.name);
      if (list !== undefined && !list.some((entry) => glob(entry.group, group) && glob(entry.kind, object.kind) && named(entry))) say(`the project refuses ${nameOf(object)}`);
      if (!clusterWide && !spec.destinations.some((destination) => glob(destination.namespace, namespace))) say(`the project refuses namespace ${namespace}`);
    }
    for (const namespace of namespaces) if (!spec.destinations.some((destination) => glob(destination.namespace, namespace))) say(`the project refuses namespace ${namespace}`);
  }
  return [...new Set(problems)];
}

export const glob = (pattern, value) => new RegExp(`^${pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(value);

/** Folders that Applications and ApplicationSets deploy. */
function deliveries(model) {
  return model.delivery
    .filter((object) => ['Application', 'ApplicationSet'].includes(object.kind))
    .flatMap((object) => {
      const spec = object.kind === 'Application' ? object.spec : object.spec.template.spec;
      const sources = spec.sources ?? [spec.source];
      const elements = lists(object.spec.generators ?? []);
      return sources.flatMap(({ path }) =>
        (path.includes('{{') ? elements : [{}]).map((element) => ({
          where: `${nameOf(object)} ${element.part ?? ''}`,
          source: filled(path, element),
          project: filled(spec.project, element),
          namespaces: [filled(spec.destination.namespace ?? '', element)].filter((name) => name !== ''),
        })),
      );
    });
}

export const filled = (text, element) => text.replaceAll(/\{\{\s*\.?(\w+)\s*\}\}/g, (all, name) => element[name] ?? all);
const lists = (generators) => generators.flatMap((generator) => [...(generator.list?.elements ?? []), ...lists(generator.matrix?.generators ?? []), ...lists(generator.merge?.generators ?? [])]);

/** Every environment that clusters follow is deployed by ArgoCD, all parts of it. */
export function argocdDeploysEachPart(model) {
  const sources = deliveries(model).map(({ source }) => source);
  const wanted = model.folders.filter((folder) => /^(k8s|istio)\/.*overlays\/(staging|production)(\/|$)/.test(folder));
  return minus(wanted, sources).map((folder) => `ArgoCD does not deploy ${folder}`);
}
