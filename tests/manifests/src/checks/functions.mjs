// Functions in the cluster: each deployed once, with the variables and secrets that are its own.
import { find, of, podsOf, provided, referencesOf, secretsOfReceivers } from '../cluster.mjs';
import { nameOf } from '../kustomize.mjs';
import { ADAPTERS, FUNCTIONS, WITHHELD, appsOf, isCanary, minus, neededBy, sameSet, tokenEnvironment, tokenVariable } from './words.mjs';

export function eachComponentIsDeployedOnce(model, environment) {
  const problems = [];
  // Both, so that an app moves from one to the other by its one line.
  for (const name of ['spin', 'shim']) if (find(environment, 'SpinAppExecutor', FUNCTIONS, name) === undefined) problems.push(`no executor ${name}`);
  const stable = appsOf(environment).filter((app) => !isCanary(app));
  for (const [fn, { domain }] of Object.entries(model.spin.components)) {
    const apps = stable.filter((app) => (app.spec.components ?? []).includes(fn)).map((app) => app.metadata.name);
    if (!sameSet(apps, [domain])) problems.push(`${fn} of ${domain} is deployed by ${apps.join(', ') || 'nobody'}`);
  }
  const canaries = appsOf(environment).filter(isCanary).length;
  if (canaries !== 0 && canaries !== stable.length) problems.push(`${canaries} canaries of ${stable.length} domains`);
  for (const app of appsOf(environment)) {
    const { name, namespace } = app.metadata;
    const { spec } = app;
    for (const fn of minus(spec.components ?? [], Object.keys(model.spin.components))) problems.push(`${nameOf(app)}: no component ${fn}`);
    if (namespace !== FUNCTIONS) problems.push(`${nameOf(app)} is not in ${FUNCTIONS}`);
    if (isCanary(app)) {
      const twin = find(environment, 'SpinApp', namespace, name.replace(/-canary$/, ''));
      if (twin === undefined || !sameSet(twin.spec.components, spec.components ?? [])) problems.push(`${nameOf(app)}: not the components of its stable twin`);
    }
    const domain = name.replace(/-canary$/, '');
    const track = isCanary(app) ? 'canary' : 'stable';
    const labels = { 'app.kubernetes.io/part-of': 'mcommerce', 'mcommerce.dev/domain': domain, 'mcommerce.dev/track': track, app: domain, version: track };
    for (const [label, value] of Object.entries(labels)) if (spec.podLabels?.[label] !== value) problems.push(`${nameOf(app)}: label ${label} is not ${value}`);
    if (spec.serviceAccountName !== domain) problems.push(`${nameOf(app)}: runs as ${spec.serviceAccountName}`);
    if (find(environment, 'SpinAppExecutor', namespace, spec.executor) === undefined) problems.push(`${nameOf(app)}: no executor ${spec.executor}`);
    if (spec.checks?.readiness === undefined || spec.checks?.liveness === undefined) problems.push(`${nameOf(app)}: not both probes`);
    if (spec.resources?.requests === undefined || spec.resources?.limits?.memory === undefined) problems.push(`${nameOf(app)}: resources are unbounded`);
  }
  return problems;
}

export function eachVariableIsGivenToWhoNeedsIt(model, environment) {
  const problems = [];
  const { components, variables } = model.spin;
  for (const app of appsOf(environment)) {
    const say = (problem) => problems.push(`${nameOf(app)}: ${problem}`);
    const given = app.spec.variables ?? [];
    const needed = [...new Set((app.spec.components ?? []).flatMap((fn) => neededBy(components[fn] ?? { variables: {}, hosts: [] })))];
    const required = Object.keys(variables).filter((name) => variables[name].required);
    for (const name of minus(needed, given.map((variable) => variable.name))) say(`${name} is not given`);
    for (const name of minus(required, given.map((variable) => variable.name))) say(`${name} is required by the application and not given`);
    for (const [index, { name, value, valueFrom }] of given.entries()) {
      if (given.findIndex((other) => other.name === name) !== index) say(`${name} is given twice`);
      if (!needed.includes(name)) {
        if (!(required.includes(name) && value === WITHHELD)) say(`${name} is given and needed by none of its components`);
      } else if (variables[name]?.secret) {
        const reference = valueFrom?.secretKeyRef;
        if (reference === undefined) say(`${name} is secret and not from a Secret`);
        else if (reference.key !== name || reference.name !== `${app.metadata.name.replace(/-canary$/, '')}-secrets`) say(`${name} is from ${reference.name}, ${reference.key}`);
      } else if (valueFrom === undefined) {
        say(`${name} is a literal`);
      } else if ((valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef)?.key !== name) {
        say(`${name} is from another key`);
      }
    }
  }
  return problems;
}

export function whatPodsReferToExists(model, environment) {
  const problems = [];
  for (const pod of podsOf(environment)) {
    const say = (problem) => problems.push(`${pod.owner}: ${problem}`);
    // Operators make these pods' accounts with them.
    const made = ['RabbitmqCluster', 'Gateway'].includes(pod.object.kind);
    if (!made && pod.serviceAccount !== 'default' && find(environment, 'ServiceAccount', pod.namespace, pod.serviceAccount) === undefined) say(`no ServiceAccount ${pod.serviceAccount}`);
    for (const { kind, name, keys, optional } of referencesOf(pod)) {
      const source = provided(environment, kind, pod.namespace, name);
      if (source === undefined) {
        if (!optional) say(`nobody provides ${kind} ${name}`);
      } else if (source.keys !== undefined) {
        for (const key of keys.filter((candidate) => !source.keys.has(candidate))) say(`${source.by} has no ${key}`);
      }
    }
    const claims = (pod.object.spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name);
    for (const container of pod.containers) {
      for (const { name } of container.volumeMounts ?? []) if (!claims.includes(name) && !pod.volumes.some((volume) => volume.name === name)) say(`no volume ${name}`);
    }
    for (const { persistentVolumeClaim } of pod.volumes) {
      if (persistentVolumeClaim && find(environment, 'PersistentVolumeClaim', pod.namespace, persistentVolumeClaim.claimName) === undefined) say(`no PersistentVolumeClaim ${persistentVolumeClaim.claimName}`);
    }
  }
  for (const { name, keys, namespace } of secretsOfReceivers(environment)) {
    const source = provided(environment, 'Secret', namespace, name);
    for (const key of keys) if (source === undefined || (source.keys !== undefined && !source.keys.has(key))) problems.push(`AlertmanagerConfig: nobody provides ${key} of ${name}`);
  }
  for (const authentication of of(environment, 'TriggerAuthentication')) {
    for (const { name, key } of authentication.spec.secretTargetRef ?? []) {
      const source = provided(environment, 'Secret', authentication.metadata.namespace, name);
      if (source === undefined || (source.keys !== undefined && !source.keys.has(key))) problems.push(`${nameOf(authentication)}: nobody provides ${key} of ${name}`);
    }
  }
  return problems;
}

/** What the shop itself is told; nothing in these is left over. */
export function whatIsProvidedIsUsed(model, environment) {
  const problems = [];
  const pods = podsOf(environment);
  const uses = pods.flatMap((pod) => referencesOf(pod).map((reference) => ({ ...reference, namespace: pod.namespace })));
  for (const object of of(environment, 'ConfigMap', 'Secret', 'ExternalSecret')) {
    const { namespace } = object.metadata;
    if (namespace !== FUNCTIONS && namespace !== ADAPTERS) continue;
    const kind = object.kind === 'ConfigMap' ? 'ConfigMap' : 'Secret';
    const name = object.kind === 'ExternalSecret' ? (object.spec.target?.name ?? object.metadata.name) : object.metadata.name;
    const used = uses.filter((use) => use.kind === kind && use.name === name && use.namespace === namespace);
    const asked = of(environment, 'Gateway').some((gateway) => gateway.spec.infrastructure?.parametersRef?.name === name);
    const elsewhere = asked || of(environment, 'TriggerAuthentication').some((authentication) => authentication.metadata.namespace === namespace && authentication.spec.secretTargetRef?.some((reference) => reference.name === name));
    if (used.length === 0 && !elsewhere) problems.push(`${nameOf(object)}: nobody uses it`);
    const keys = provided(environment, kind, namespace, name)?.keys;
    if (used.length > 0 && keys !== undefined && used.every((use) => use.keys.length > 0)) {
      for (const key of minus([...keys.keys()], used.flatMap((use) => use.keys))) problems.push(`${nameOf(object)}: nobody uses ${key}`);
    }
  }
  return problems;
}

export function eachSecretHasOneSource(model, environment) {
  const problems = [];
  const sources = new Map();
  const note = (variable, source, where) => {
    if (source === undefined) return;
    const other = sources.get(variable);
    if (other !== undefined && other.source !== source) problems.push(`${where}: ${variable} is not the one of ${other.where}`);
    for (const [name, known] of sources) if (name !== variable && known.source === source) problems.push(`${where}: ${variable} is the same as ${name}`);
    sources.set(variable, { source, where });
  };
  for (const app of appsOf(environment)) {
    for (const { name, valueFrom } of app.spec.variables ?? []) {
      if (valueFrom?.secretKeyRef === undefined) continue;
      note(name, provided(environment, 'Secret', app.metadata.namespace, valueFrom.secretKeyRef.name)?.keys?.get(valueFrom.secretKeyRef.key), nameOf(app));
    }
  }
  for (const fn of Object.keys(model.spin.components)) {
    note(tokenVariable(fn), provided(environment, 'Secret', ADAPTERS, 'bridge-tokens')?.keys?.get(tokenEnvironment(fn)), 'bridge-tokens');
  }
  return problems;
}

/** What a Secret is filled in with is fetched, and what is fetched fills something in. */
export function secretTemplatesAreFilledIn(model, environment) {
  return of(environment, 'ExternalSecret').flatMap((secret) => {
    const template = secret.spec.target?.template?.data;
    if (template === undefined || secret.spec.dataFrom !== undefined) return [];
    const wanted = [...new Set(Object.values(template).flatMap((text) => [...text.matchAll(/\{\{[^}]*?\}\}/g)].flatMap(([action]) => [...action.matchAll(/\.(\w+)/g)].map(([, name]) => name))))];
    const fetched = (secret.spec.data ?? []).map(({ secretKey }) => secretKey);
    return [...minus(wanted, fetched).map((name) => `${nameOf(secret)}: ${name} is not fetched`), ...minus(fetched, wanted).map((name) => `${nameOf(secret)}: ${name} fills nothing in`)];
  });
}
