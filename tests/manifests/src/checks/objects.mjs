// Objects that name each other, and what pods must not be.
import { FOREIGN, deploymentsOf, find, foreignPods, of, podsBehind, podsOf, selects, serviceOf, servicesOf, targetPort } from '../cluster.mjs';
import { nameOf } from '../kustomize.mjs';
import { ADAPTERS, DATA, FUNCTIONS, appsOf, minus } from './words.mjs';

export function selectorsSelect(model, environment) {
  const problems = [];
  const pods = podsOf(environment);
  const near = (object) => [...pods, ...foreignPods()].filter((pod) => pod.namespace === object.metadata.namespace);
  const want = (object, selector, candidates = near(object)) => {
    if (!candidates.some((pod) => selects(selector, pod.labels))) problems.push(`${nameOf(object)} selects nobody`);
  };
  for (const service of of(environment, 'Service').filter((candidate) => candidate.spec.selector !== undefined)) {
    want(service, { matchLabels: service.spec.selector });
    for (const pod of podsBehind(environment, service)) {
      for (const port of service.spec.ports) {
        const number = targetPort(service, port.port, pod);
        if (number === undefined || !pod.ports.some((candidate) => candidate.number === number)) problems.push(`${nameOf(service)}: ${pod.owner} has no port ${port.targetPort ?? port.port}`);
      }
    }
  }
  for (const budget of of(environment, 'PodDisruptionBudget')) want(budget, budget.spec.selector);
  for (const policy of of(environment, 'NetworkPolicy')) if (Object.keys(policy.spec.podSelector ?? {}).length > 0) want(policy, policy.spec.podSelector);
  for (const policy of of(environment, 'AuthorizationPolicy', 'RequestAuthentication')) if (policy.spec?.selector !== undefined) want(policy, policy.spec.selector);
  for (const policy of of(environment, 'AuthorizationPolicy')) {
    if (policy.spec?.rules !== undefined && policy.spec.selector === undefined && policy.spec.targetRefs === undefined) problems.push(`${nameOf(policy)} is for everybody`);
  }
  for (const monitor of of(environment, 'PodMonitor')) want(monitor, monitor.spec.selector, monitored(monitor, [...pods, ...foreignPods()]));
  for (const monitor of of(environment, 'ServiceMonitor')) {
    const services = monitored(monitor, servicesOf(environment).map((service) => ({ ...service, namespace: service.metadata.namespace, labels: service.metadata.labels })));
    want(monitor, monitor.spec.selector, services);
    for (const { key, operator, values } of monitor.spec.selector.matchExpressions ?? []) {
      for (const value of operator === 'In' ? values : []) if (!services.some(({ labels }) => labels?.[key] === value)) problems.push(`${nameOf(monitor)}: nothing is ${key}: ${value}`);
    }
    const ports = services.filter((service) => selects(monitor.spec.selector, service.labels)).flatMap((service) => service.spec.ports.map((port) => port.name));
    for (const { port } of monitor.spec.endpoints) if (!ports.includes(port)) problems.push(`${nameOf(monitor)}: no port ${port}`);
  }
  for (const object of of(environment, 'Deployment', 'StatefulSet', 'DaemonSet')) {
    if (!selects(object.spec.selector, object.spec.template.metadata?.labels)) problems.push(`${nameOf(object)} does not select its own pods`);
  }
  for (const set of of(environment, 'StatefulSet')) {
    if (find(environment, 'Service', set.metadata.namespace, set.spec.serviceName) === undefined) problems.push(`${nameOf(set)}: no Service ${set.spec.serviceName}`);
  }
  for (const rule of of(environment, 'DestinationRule').filter((candidate) => !candidate.spec.host.includes('*'))) {
    const { host } = rule.spec;
    if (serviceOf(environment, host, rule.metadata.namespace) === undefined && !of(environment, 'ServiceEntry').some((entry) => entry.spec.hosts.includes(host))) problems.push(`${nameOf(rule)}: no ${host}`);
  }
  return problems;
}

export const monitored = (monitor, candidates) => {
  const { any, matchNames } = monitor.spec.namespaceSelector ?? {};
  return candidates.filter((candidate) => any || (matchNames ?? [monitor.metadata.namespace]).includes(candidate.namespace));
};

export function scalersHaveTargets(model, environment) {
  const problems = [];
  const scaled = new Map();
  for (const scaler of of(environment, 'ScaledObject', 'HorizontalPodAutoscaler')) {
    const say = (problem) => problems.push(`${nameOf(scaler)}: ${problem}`);
    const { kind = 'Deployment', apiVersion = 'apps/v1', name } = scaler.spec.scaleTargetRef;
    const { namespace } = scaler.metadata;
    const deployment = deploymentsOf(environment).find((candidate) => candidate.namespace === namespace && candidate.name === name);
    if (kind !== 'Deployment' || apiVersion !== 'apps/v1') say(`${kind} ${name} can't be scaled`);
    else if (deployment === undefined) say(`no Deployment ${name}`);
    else {
      if (deployment.app !== undefined && (deployment.app.spec.enableAutoscaling !== true || deployment.app.spec.replicas !== undefined)) say(`${nameOf(deployment.app)} fixes its replicas`);
      if (deployment.object?.spec.replicas !== undefined) say(`Deployment ${name} fixes its replicas`);
      const containers = [...(scaler.spec.metrics ?? []).map((metric) => metric.containerResource?.container), ...(scaler.spec.triggers ?? []).map((trigger) => trigger.metadata?.containerName)].filter((container) => container !== undefined);
      for (const container of minus(containers, deployment.containers)) say(`no container ${container}`);
    }
    if (scaled.has(`${namespace}/${name}`)) say(`${name} is scaled by ${scaled.get(`${namespace}/${name}`)} as well`);
    scaled.set(`${namespace}/${name}`, nameOf(scaler));
    for (const { type, metadata, authenticationRef } of scaler.spec.triggers ?? []) {
      if (type === 'rabbitmq' && !Object.keys(model.subscriptions).some((subscription) => metadata.queueName === `mcommerce.${subscription}`)) say(`no queue ${metadata.queueName}`);
      if (authenticationRef !== undefined && find(environment, 'TriggerAuthentication', namespace, authenticationRef.name) === undefined) say(`no TriggerAuthentication ${authenticationRef.name}`);
      const workload = metadata?.query?.match(/destination_workload="([^"]*)"/)?.[1];
      if (workload !== undefined && workload !== name) say(`counts the requests of ${workload}`);
    }
  }
  for (const app of appsOf(environment).filter((candidate) => candidate.spec.enableAutoscaling)) {
    if (!scaled.has(`${app.metadata.namespace}/${app.metadata.name}`)) problems.push(`${nameOf(app)}: nobody scales it`);
  }
  for (const deployment of of(environment, 'Deployment').filter((candidate) => candidate.spec.replicas === undefined)) {
    if (!scaled.has(`${deployment.metadata.namespace}/${deployment.metadata.name}`)) problems.push(`${nameOf(deployment)}: nobody says how many`);
  }
  return problems;
}

export function namespacesExist(model, environment) {
  const made = of(environment, 'Namespace').map((object) => object.metadata.name);
  const problems = [];
  for (const [name, security] of [[FUNCTIONS, 'baseline'], [ADAPTERS, 'restricted'], [DATA, 'restricted']]) {
    const namespace = of(environment, 'Namespace').find((object) => object.metadata.name === name);
    if (namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'] !== security) problems.push(`Namespace ${name} does not enforce ${security}`);
  }
  const clusterWide = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'ClusterIssuer', 'ClusterSecretStore', 'PriorityClass', 'StorageClass']);
  for (const object of environment.objects.filter((candidate) => !clusterWide.has(candidate.kind))) {
    const { namespace } = object.metadata;
    if (namespace === undefined) problems.push(`${nameOf(object)} is in no namespace`);
    else if (!made.includes(namespace) && !(namespace in FOREIGN)) problems.push(`${nameOf(object)}: no such namespace`);
  }
  return problems;
}

export function imagesArePinned(model, environment) {
  const images = [
    ...podsOf(environment).flatMap((pod) => pod.containers.filter((container) => container.image !== undefined && !(pod.app !== undefined && container.image.startsWith('/'))).map((container) => [pod.owner, container.image])),
    ...of(environment, 'SpinAppExecutor').filter((executor) => executor.spec.deploymentConfig?.spinImage !== undefined).map((executor) => [nameOf(executor), executor.spec.deploymentConfig.spinImage]),
  ];
  return images.filter(([, image]) => !/(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(image.split('/').at(-1))).map(([owner, image]) => `${owner}: ${image} is not pinned`);
}

export function podsAreConfined(model, environment) {
  const problems = [];
  for (const pod of podsOf(environment).filter((candidate) => candidate.spec !== undefined && candidate.namespace.startsWith('mcommerce'))) {
    for (const container of pod.containers) {
      const context = { ...pod.spec.securityContext, ...container.securityContext };
      const say = (problem) => problems.push(`${pod.owner}, ${container.name}: ${problem}`);
      if (context.runAsNonRoot !== true) say('may run as root');
      if (context.allowPrivilegeEscalation !== false) say('may gain privileges');
      if (context.readOnlyRootFilesystem !== true) say('may write to its image');
      if (!context.capabilities?.drop?.includes('ALL')) say('keeps capabilities');
      if (context.seccompProfile?.type !== 'RuntimeDefault') say('has no seccomp profile');
      if (container.resources?.requests === undefined || container.resources?.limits?.memory === undefined) say('has unbounded resources');
    }
  }
  return problems;
}

export function noSecretIsInGit(model, environment) {
  return of(environment, 'Secret').filter((secret) => environment.name !== 'local' && Object.keys({ ...secret.data, ...secret.stringData }).length > 0).map((secret) => `${nameOf(secret)} has values`);
}
